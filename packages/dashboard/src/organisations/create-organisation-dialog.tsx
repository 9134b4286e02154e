import { TextInput } from '@mantine/core'
import { useNavigate } from 'react-router'
import { rolecall } from '../rolecall.ts'
import { Dialog } from '../ui/dialog.tsx'
import { DialogButtons } from '../ui/dialog-buttons.tsx'
import { Form } from '../ui/form.tsx'
import { textOf } from '../ui/form-data.ts'
import { placeError } from '../ui/place-error.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { useAction } from '../ui/use-action.ts'

export default function CreateOrganisationDialog({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate()
  const create = useAction(async (form: FormData) => {
    const { id } = await rolecall.organisations.create({ name: textOf(form, 'name') })
    onClose()
    await navigate(`/o/${id}/members`)
  })
  const { fields, rest } = placeError(create.error, { name: ['organisation_name_taken'] })

  return (
    <Dialog onClose={onClose} title="Add an organisation">
      <Form onSend={create.run}>
        <ProblemNote error={rest} />
        <TextInput
          name="name"
          label="Name"
          description="Unique among all organisations. You can change it later."
          placeholder="Acme"
          autoComplete="off"
          maxLength={64}
          required
          withAsterisk={false}
          error={fields.name}
          data-autofocus
        />
        <DialogButtons confirm="Create organisation" isPending={create.isPending} onCancel={onClose} />
      </Form>
    </Dialog>
  )
}
