import { Button, PasswordInput } from '@mantine/core'
import { RolecallError } from '@rolecall/sdk'
import { rolecall } from '../rolecall.ts'
import { WelcomeLayout } from '../session/welcome-layout.tsx'
import { Form } from '../ui/form.tsx'
import { textOf } from '../ui/form-data.ts'
import { placeError } from '../ui/place-error.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { useAction } from '../ui/use-action.ts'

export function NewPassword({ token, onSettled }: { token: string; onSettled: (outcome: 'set' | 'over') => void }) {
  const reset = useAction(async (form: FormData) => {
    try {
      await rolecall.accounts.resetPassword({ token, newPassword: textOf(form, 'newPassword') })
      onSettled('set')
    } catch (error) {
      if (!(error instanceof RolecallError) || error.code !== 'invalid_link') throw error
      onSettled('over')
    }
  })
  const { fields, rest } = placeError(reset.error, { newPassword: [] })
  return (
    <WelcomeLayout title="Choose a new password" about="It ends all your sessions, here and everywhere.">
      <Form onSend={reset.run}>
        <ProblemNote error={rest} />
        <PasswordInput
          name="newPassword"
          label="New password"
          description="At least 8 characters. A few words are better than many signs."
          autoComplete="new-password"
          error={fields.newPassword}
          minLength={8}
          maxLength={256}
          required
          withAsterisk={false}
          autoFocus
          size="md"
        />
        <Button type="submit" loading={reset.isPending} fullWidth size="md" mt="xs">
          Change password
        </Button>
      </Form>
    </WelcomeLayout>
  )
}
