import type { Application } from '@rolecall/contract'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { OtherChangeNote, useOtherChange } from '../organisations/other-change.tsx'
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
  const other = useOtherChange(
    { name, description },
    ({ type, data }) => type === 'application.updated' && data.application.id === id,
  )
  const change = useAction(async (form: FormData) => {
    const sent = fieldsOf(form)
    other.knows(sent)
    const saved = await rolecall.applications.update({ organisation, application: id, ...sent })
    other.knows({ name: saved.name, description: saved.description })
    announce('The application was changed.')
    onClose()
  })
  const { fields, rest } = placeError(change.error, { name: ['application_name_taken'], description: [] })
  return (
    <Dialog onClose={onClose} title={`Edit ${name}`}>
      <Form onSend={change.run}>
        <ProblemNote error={rest} />
        <OtherChangeNote of={other} isSaving={change.isPending}>
          this application just now. What stands here replaces that once you save it.
        </OtherChangeNote>
        <ApplicationFields name={name} description={description} errors={fields} />
        <DialogButtons confirm="Save" isPending={change.isPending} onCancel={onClose} />
      </Form>
    </Dialog>
  )
}
