import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useState } from 'react'
import { rolecall } from '../rolecall.ts'
import { placeError } from '../ui/place-error.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { SettingForm } from '../ui/setting-form.tsx'
import { useAction } from '../ui/use-action.ts'
import { useTypedFields } from '../ui/use-typed.ts'
import { SentNote } from './sent-note.tsx'

const empty = { email: '', password: '' }

/** Asks for another address. It holds once the link in the mail to it is followed. */
export function EmailForm() {
  const { now, type, settle } = useTypedFields(empty)
  const [sentTo, setSentTo] = useState<string>()
  const change = useAction(async () => {
    setSentTo(undefined)
    const sent = await rolecall.accounts.changeEmail(now)
    setSentTo(sent.email)
    settle(now, empty)
  })
  const { fields, rest } = placeError(change.error, { email: ['email_taken'], password: ['invalid_credentials'] })
  return (
    <SettingForm onSend={() => change.run()}>
      <ProblemNote error={rest} />
      {sentTo !== undefined && (
        <SentNote to={sentTo}>Your address changes to it when you follow the link in the mail.</SentNote>
      )}
      <TextInput
        type="email"
        label="New email"
        value={now.email}
        onChange={(event) => type({ email: event.currentTarget.value })}
        autoComplete="email"
        required
        withAsterisk={false}
        error={fields.email}
      />
      <PasswordInput
        label="Your password"
        value={now.password}
        onChange={(event) => type({ password: event.currentTarget.value })}
        autoComplete="current-password"
        required
        withAsterisk={false}
        error={fields.password}
      />
      <Button type="submit" loading={change.isPending}>
        Change email
      </Button>
    </SettingForm>
  )
}
