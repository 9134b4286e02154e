import { Button, Stack } from '@mantine/core'
import type { Account } from '@rolecall/contract'
import { signOut } from '../session/sign-out.ts'
import { WelcomeLayout } from '../session/welcome-layout.tsx'
import { TextLink } from '../ui/text-link.tsx'
import { useAction } from '../ui/use-action.ts'
import { InvitationDetails } from './invitation-details.tsx'
import type { InvitationPreview } from './use-preview.ts'

/** For somebody who is signed in with another address than that of the invitation. */
export function WrongAccount({ invitation, account }: { invitation: InvitationPreview; account: Account }) {
  const leave = useAction(signOut)
  return (
    <WelcomeLayout
      title="This invitation is for another account"
      about={
        <>
          You are signed in as <strong>{account.email}</strong>, and it was sent to <strong>{invitation.email}</strong>.
        </>
      }
      below={
        <>
          Not yours? <TextLink to="/">Go on as {account.name}</TextLink>
        </>
      }
    >
      <Stack gap="lg">
        <InvitationDetails invitation={invitation} />
        <Button size="md" fullWidth loading={leave.isPending} onClick={() => leave.run()}>
          {invitation.hasAccount ? `Sign in as ${invitation.email}` : `Sign up as ${invitation.email}`}
        </Button>
      </Stack>
    </WelcomeLayout>
  )
}
