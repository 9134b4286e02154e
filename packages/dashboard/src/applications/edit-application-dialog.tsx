import type { Application } from '@rolecall/contract'
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

export function EditApplicationDialog(props: { application: Application; onClose: () => void }) {
  const { id: organisation } = useOrganisation()
  const { application, onClose } = props
  const { id, name, description } = application
  const change = useAction(async (form: FormData) => {
    await rolecall.applications.update({ organisation, application: id, ...fieldsOf(form) })
    announce('The application was changed.')
    onClose()
  })
  const { fields, rest } = placeError(change.error, { name: ['application_name_taken'], description: [] })
  return (
    <Dialog onClose={onClose} title={`Edit ${name}`}>
      <Form onSend={change.run}>
        <ProblemNote error={rest} />
        <ApplicationFields name={name} description={description} errors={fields} />
        <DialogButtons confirm="Save" isPending={change.isPending} onCancel={onClose} />
      </Form>
    </Dialog>
  )
}
