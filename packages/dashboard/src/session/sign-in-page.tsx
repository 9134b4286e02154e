import { Button, PasswordInput, TextInput } from '@mantine/core'
import { rolecall } from '../rolecall.ts'
import { Form } from '../ui/form.tsx'
import { textOf } from '../ui/form-data.ts'
import { placeError } from '../ui/place-error.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { TextLink } from '../ui/text-link.tsx'
import { useAction } from '../ui/use-action.ts'
import { useSession } from './session-context.ts'
import { WelcomeLayout } from './welcome-layout.tsx'

export default function SignInPage() {
  const { enter } = useSession()
  const signIn = useAction(async (form: FormData) => {
    const { account } = await rolecall.sessions.create({
      email: textOf(form, 'email'),
      password: textOf(form, 'password'),
    })
    enter(account)
  })
  const { fields, rest } = placeError(signIn.error, { email: [], password: ['invalid_credentials'] })

  return (
    <WelcomeLayout
      title="Sign in"
      about="Welcome back. Your organisations are where you left them."
      below={
        <>
          New here? <TextLink to="/sign-up">Create an account</TextLink>
        </>
      }
    >
      <Form onSend={signIn.run}>
        <ProblemNote error={rest} />
        <TextInput
          name="email"
          type="email"
          label="Email"
          autoComplete="username"
          error={fields.email}
          required
          withAsterisk={false}
          autoFocus
          size="md"
        />
        <PasswordInput
          name="password"
          label="Password"
          autoComplete="current-password"
          error={fields.password}
          required
          withAsterisk={false}
          size="md"
        />
        <Button type="submit" loading={signIn.isPending} fullWidth size="md" mt="xs">
          Sign in
        </Button>
      </Form>
    </WelcomeLayout>
  )
}
