import { Button, PasswordInput, TextInput } from '@mantine/core'
import type { Account, Organisation } from '@rolecall/contract'
import { rolecall } from '../rolecall.ts'
import { Form } from '../ui/form.tsx'
import { textOf } from '../ui/form-data.ts'
import { placeError } from '../ui/place-error.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { useAction } from '../ui/use-action.ts'

/** Creates an account: with any address, or with the one that is given. */
export function SignUpForm(props: { email?: string; onSignedUp: (account: Account, personal: Organisation) => void }) {
  const signUp = useAction(async (form: FormData) => {
    const { account, organisation } = await rolecall.accounts.create({
      name: textOf(form, 'name'),
      email: textOf(form, 'email'),
      password: textOf(form, 'password'),
    })
    props.onSignedUp(account, organisation)
  })
  const { fields, rest } = placeError(signUp.error, { name: [], email: ['email_taken'], password: [] })
  return (
    <Form onSend={signUp.run}>
      <ProblemNote error={rest} />
      <TextInput
        name="name"
        label="Name"
        autoComplete="name"
        error={fields.name}
        maxLength={100}
        required
        withAsterisk={false}
        autoFocus
        size="md"
      />
      <TextInput
        name="email"
        type="email"
        label="Email"
        autoComplete="username"
        defaultValue={props.email}
        readOnly={props.email !== undefined}
        error={fields.email}
        required
        withAsterisk={false}
        size="md"
      />
      <PasswordInput
        name="password"
        label="Password"
        description="At least 8 characters. A few words are better than many signs."
        autoComplete="new-password"
        error={fields.password}
        minLength={8}
        maxLength={256}
        required
        withAsterisk={false}
        size="md"
      />
      <Button type="submit" loading={signUp.isPending} fullWidth size="md" mt="xs">
        Create account
      </Button>
    </Form>
  )
}
