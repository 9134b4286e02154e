import { useNavigate } from 'react-router'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { DialogButtons } from '../ui/dialog-buttons.tsx'
import { Form } from '../ui/form.tsx'
import { placeError } from '../ui/place-error.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { useAction } from '../ui/use-action.ts'
import { ApplicationFields } from './application-fields.tsx'
import { fieldsOf } from './fields-of.ts'

export function CreateApplicationDialog({ onClose }: { onClose: () => void }) {
  const { id: organisation } = useOrganisation()
  const navigate = useNavigate()
  const create = useAction(async (form: FormData) => {
    const { id, name } = await rolecall.applications.create({ organisation, ...fieldsOf(form) })
    announce(`${name} was added.`)
    await navigate(`/o/${organisation}/applications/${id}`)
  })
  const { fields, rest } = placeError(create.error, { name: ['application_name_taken'], description: [] })
  return (
    <Dialog onClose={onClose} title="Add an application">
      <Form onSend={create.run}>
        <ProblemNote error={rest} />
        <ApplicationFields errors={fields} />
        <DialogButtons confirm="Add the application" isPending={create.isPending} onCancel={onClose} />
      </Form>
    </Dialog>
  )
}
