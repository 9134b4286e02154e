import { PasswordInput, Text } from '@mantine/core'
import { rolecall } from '../rolecall.ts'
import { Dialog } from '../ui/dialog.tsx'
import { DialogButtons } from '../ui/dialog-buttons.tsx'
import { Form } from '../ui/form.tsx'
import { textOf } from '../ui/form-data.ts'
import { placeError } from '../ui/place-error.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { useAction } from '../ui/use-action.ts'

/** Deletes the account; with its session everything on the page ends too. */
export default function DeleteAccountDialog({ onClose }: { onClose: () => void }) {
  const remove = useAction((form: FormData) => rolecall.accounts.delete({ password: textOf(form, 'password') }))
  const { fields, rest } = placeError(remove.error, { password: ['invalid_credentials'] })
  return (
    <Dialog onClose={onClose} title="Delete your account?">
      <Form onSend={remove.run}>
        <ProblemNote error={rest} />
        <Text>This cannot be undone. Your sessions end, here and everywhere.</Text>
        <PasswordInput
          name="password"
          label="Your password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          error={fields.password}
          data-autofocus
        />
        <DialogButtons confirm="Delete my account" isPending={remove.isPending} isDangerous onCancel={onClose} />
      </Form>
    </Dialog>
  )
}
