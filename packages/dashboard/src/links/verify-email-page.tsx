import { Button, Stack } from '@mantine/core'
import { useState } from 'react'
import { rolecall } from '../rolecall.ts'
import { useSession } from '../session/session-context.ts'
import { WelcomeLayout } from '../session/welcome-layout.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { TextLink } from '../ui/text-link.tsx'
import { useAction } from '../ui/use-action.ts'
import { LinkNote } from './link-note.tsx'
import { forgetToken, useToken } from './token.ts'

/**
 * Where the mails lead that confirm an address, of a new account or a changed one. By a button: programs that look
 * into mails open links, and would confirm what nobody has read.
 */
export default function VerifyEmailPage({ page }: { page: string }) {
  const { account, setAccount } = useSession()
  const [isConfirmed, setConfirmed] = useState(false)
  const token = useToken(page)
  const confirm = useAction(async () => {
    await rolecall.accounts.verifyEmail({ token: token ?? '' })
    if (account !== undefined) setAccount(await rolecall.accounts.read())
    setConfirmed(true)
    forgetToken()
  })

  if (token === undefined && isConfirmed) {
    return (
      <LinkNote title="Your address is confirmed">
        {account === undefined ? 'Sign in with it to go on.' : `You are signed in as ${account.name}.`} Sessions
        elsewhere have ended.
      </LinkNote>
    )
  }
  if (token === undefined) {
    return (
      <LinkNote title="Open the link in your mail">
        For safety it is not kept when this page is loaded anew: open it once more, or have another mail sent from your
        account.
      </LinkNote>
    )
  }
  if (confirm.error?.code === 'invalid_link') {
    return (
      <LinkNote title="This link is over" action={<TextLink to="/account">Your account</TextLink>}>
        It was used, is too old, or was replaced by that of a later mail. Have another one sent from your account.
      </LinkNote>
    )
  }
  return (
    <WelcomeLayout
      title="Confirm your address"
      about="The mail has reached you, so the address is yours. Confirming it ends your sessions elsewhere."
    >
      <Stack gap="lg">
        <ProblemNote error={confirm.error} />
        <Button size="md" fullWidth loading={confirm.isPending} onClick={() => confirm.run()} autoFocus>
          Confirm the address
        </Button>
      </Stack>
    </WelcomeLayout>
  )
}
