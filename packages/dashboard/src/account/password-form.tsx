import { Button, PasswordInput } from '@mantine/core'
import { useState } from 'react'
import { notify } from '../notices/notify.ts'
import { rolecall } from '../rolecall.ts'
import { useAccount } from '../session/session-context.ts'
import { placeError } from '../ui/place-error.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { SettingForm } from '../ui/setting-form.tsx'
import { useAction } from '../ui/use-action.ts'

export function PasswordForm() {
  const { email } = useAccount()
  const [password, setPassword] = useState('')
  const [newPassword, setNewPassword] = useState('')
  const change = useAction(async () => {
    await rolecall.accounts.changePassword({ password, newPassword })
    setPassword('')
    setNewPassword('')
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
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        autoComplete="current-password"
        required
        withAsterisk={false}
        error={fields.password}
      />
      <PasswordInput
        label="New password"
        description="At least 8 characters."
        value={newPassword}
        onChange={(event) => setNewPassword(event.currentTarget.value)}
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
