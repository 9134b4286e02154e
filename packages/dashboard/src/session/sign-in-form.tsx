import { Button, PasswordInput, TextInput } from '@mantine/core'
import type { Account } from '@rolecall/contract'
import { rolecall } from '../rolecall.ts'
import { Form } from '../ui/form.tsx'
import { textOf } from '../ui/form-data.ts'
import { placeError } from '../ui/place-error.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { useAction } from '../ui/use-action.ts'

/** Signs in: with any address, or with the one that is given. */
export function SignInForm({ email, onSignedIn }: { email?: string; onSignedIn: (account: Account) => void }) {
  const isGiven = email !== undefined
  const signIn = useAction(async (form: FormData) => {
    const { account } = await rolecall.sessions.create({
      email: textOf(form, 'email'),
      password: textOf(form, 'password'),
    })
    onSignedIn(account)
  })
  const { fields, rest } = placeError(signIn.error, { email: [], password: ['invalid_credentials'] })
  return (
    <Form onSend={signIn.run}>
      <ProblemNote error={rest} />
      <TextInput
        name="email"
        type="email"
        label="Email"
        autoComplete="username"
        defaultValue={email}
        readOnly={isGiven}
        error={fields.email}
        required
        withAsterisk={false}
        autoFocus={!isGiven}
        size="md"
      />
      <PasswordInput
        name="password"
        label="Password"
        autoComplete="current-password"
        error={fields.password}
        required
        withAsterisk={false}
        autoFocus={isGiven}
        size="md"
      />
      <Button type="submit" loading={signIn.isPending} fullWidth size="md" mt="xs">
        Sign in
      </Button>
    </Form>
  )
}
