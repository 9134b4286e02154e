import { Alert, Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { rolecall } from '../rolecall.ts'
import { WelcomeLayout } from '../session/welcome-layout.tsx'
import { Form } from '../ui/form.tsx'
import { textOf } from '../ui/form-data.ts'
import { placeError } from '../ui/place-error.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { TextLink } from '../ui/text-link.tsx'
import { useAction } from '../ui/use-action.ts'
import { LinkNote } from './link-note.tsx'

/** Has the mail sent that sets a new password. Whether there is an account is told to the mailbox alone. */
export function RequestReset({ wasOver }: { wasOver: boolean }) {
  const [sentTo, setSentTo] = useState<string>()
  const request = useAction(async (form: FormData) => {
    const email = textOf(form, 'email').trim()
    await rolecall.accounts.requestPasswordReset({ email })
    setSentTo(email)
  })
  const { fields, rest } = placeError(request.error, { email: [] })

  if (sentTo !== undefined) {
    return (
      <LinkNote title="Look into your mail" action={<TextLink to="/sign-in">Back to signing in</TextLink>}>
        If there is an account with <strong>{sentTo}</strong>, a mail with a link is on its way there. The link can be
        used once, within an hour.
      </LinkNote>
    )
  }
  return (
    <WelcomeLayout
      title="Forgot your password?"
      about="A mail to your address brings a link that sets a new one."
      below={<TextLink to="/sign-in">Back to signing in</TextLink>}
    >
      <Form onSend={request.run}>
        {wasOver && (
          <Alert color="red" variant="light" role="alert">
            That link was used, is too old, or was replaced by that of a later mail. Have another one sent.
          </Alert>
        )}
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
        <Button type="submit" loading={request.isPending} fullWidth size="md" mt="xs">
          Send the mail
        </Button>
      </Form>
    </WelcomeLayout>
  )
}
