import { Button, Stack } from '@mantine/core'
import { useNavigate } from 'react-router'
import { rolecall } from '../rolecall.ts'
import { useSession } from '../session/session-context.ts'
import { WelcomeLayout } from '../session/welcome-layout.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { useAction } from '../ui/use-action.ts'
import { DeclineButton } from './decline-button.tsx'
import { InvitationDetails } from './invitation-details.tsx'
import { forgetToken } from './token.ts'
import type { InvitationPreview } from './use-preview.ts'

/** For whom the invitation is meant: accepts it, by a button and never by itself, or declines it. */
export function AnswerInvitation(props: { invitation: InvitationPreview; token: string; onDeclined: () => void }) {
  const { invitation, token } = props
  const { account, setAccount } = useSession()
  const navigate = useNavigate()
  const accept = useAction(async () => {
    const { organisation } = await rolecall.invitations.accept({ token })
    await navigate(`/o/${organisation}`)
    forgetToken()
    // The link has shown that mails to the address arrive.
    setAccount(await rolecall.accounts.read())
  })
  return (
    <WelcomeLayout
      title={`Join ${invitation.organisation.name}`}
      about={`You are signed in as ${account?.name}. Nothing happens until you accept.`}
    >
      <Stack gap="lg">
        <InvitationDetails invitation={invitation} />
        <ProblemNote error={accept.error} />
        <Button size="md" fullWidth loading={accept.isPending} onClick={() => accept.run()} autoFocus>
          Accept
        </Button>
        <DeclineButton token={token} onDeclined={props.onDeclined} />
      </Stack>
    </WelcomeLayout>
  )
}
