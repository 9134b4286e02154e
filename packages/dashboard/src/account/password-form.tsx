import { Button, PasswordInput } from '@mantine/core'
import { notify } from '../notices/notify.ts'
import { rolecall } from '../rolecall.ts'
import { useAccount } from '../session/session-context.ts'
import { placeError } from '../ui/place-error.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { SettingForm } from '../ui/setting-form.tsx'
import { useAction } from '../ui/use-action.ts'
import { useTypedFields } from '../ui/use-typed.ts'

const empty = { password: '', newPassword: '' }

export function PasswordForm() {
  const { email } = useAccount()
  const { now, type, settle } = useTypedFields(empty)
  const change = useAction(async () => {
    await rolecall.accounts.changePassword(now)
    settle(now, empty)
    notify('Your password was changed. All your other sessions have ended.')
  })
  const { fields, rest } = placeError(change.error, { password: ['invalid_credentials'], newPassword: [] })
  return (
    <SettingForm onSend={() => change.run()}>
      <ProblemNote error={rest} />
      {/* Password managers want to know whose password it is. */}
      <input type="email" autoComplete="username" value={email} readOnly hidden />
      <PasswordInput
        label="Present password"
        value={now.password}
        onChange={(event) => type({ password: event.currentTarget.value })}
        autoComplete="current-password"
        required
        withAsterisk={false}
        error={fields.password}
      />
      <PasswordInput
        label="New password"
        description="At least 8 characters."
        value={now.newPassword}
        onChange={(event) => type({ newPassword: event.currentTarget.value })}
        autoComplete="new-password"
        minLength={8}
        maxLength={256}
        required
        withAsterisk={false}
        error={fields.newPassword}
      />
      <Button type="submit" loading={change.isPending}>
        Change password
      </Button>
    </SettingForm>
  )
}
