import { Button, Stack } from '@mantine/core'
import type { Account } from '@rolecall/contract'
import { rolecall } from '../rolecall.ts'
import { useSession } from '../session/session-context.ts'
import { signOut } from '../session/sign-out.ts'
import { WelcomeLayout } from '../session/welcome-layout.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { TextLink } from '../ui/text-link.tsx'
import { useAction } from '../ui/use-action.ts'
import { LinkNote } from './link-note.tsx'

/** By a button: programs that look into mails open links, and would confirm what nobody has read. */
export function ConfirmAddress(props: { token: string; account: Account; onConfirmed: () => void }) {
  const { setAccount } = useSession()
  const confirm = useAction(async () => {
    await rolecall.accounts.verifyEmail({ token: props.token })
    props.onConfirmed()
    setAccount(await rolecall.accounts.read())
  })
  const leave = useAction(signOut)

  if (confirm.error?.code === 'invalid_link') {
    return (
      <LinkNote title="This link is over" action={<TextLink to="/account">Your account</TextLink>}>
        It was used, is too old, or was replaced by that of a later mail. Have another one sent from your account.
      </LinkNote>
    )
  }
  if (confirm.error?.code === 'other_account') {
    return (
      <LinkNote
        title="This link is for another account"
        action={
          <Button size="md" fullWidth loading={leave.isPending} onClick={() => leave.run()}>
            Sign in to the other account
          </Button>
        }
      >
        You are signed in as <strong>{props.account.email}</strong>, and the mail is about another account.
      </LinkNote>
    )
  }
  return (
    <WelcomeLayout
      title="Confirm your address"
      about={`You are signed in as ${props.account.name}. Confirming the address ends your sessions elsewhere.`}
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
