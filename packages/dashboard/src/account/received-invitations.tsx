import { useNavigate } from 'react-router'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { List } from '../ui/list.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { Section } from '../ui/section.tsx'
import { useAction } from '../ui/use-action.ts'
import { useReceived } from './received-context.ts'
import { ReceivedRow } from './received-row.tsx'

/** The invitations that wait for an answer; nothing where there are none. */
export function ReceivedInvitations() {
  const navigate = useNavigate()
  const { invitations = [], error, read } = useReceived()
  const accept = useAction(async (invitation: string) => {
    const { organisation } = await rolecall.invitations.acceptMine({ invitation })
    await navigate(`/o/${organisation}`)
    await read()
  })
  const decline = useAction(async (invitation: string) => {
    await rolecall.invitations.declineMine({ invitation })
    await read()
    announce('The invitation was declined.')
  })
  const problem = accept.error ?? decline.error ?? error
  if (invitations.length === 0 && problem === undefined) return null
  return (
    <Section title="Invitations" about="Organisations that you are invited to. You join one only when you accept.">
      <ProblemNote error={problem} />
      <List>
        {invitations.map((invitation) => (
          <ReceivedRow
            key={invitation.id}
            invitation={invitation}
            isPending={accept.isPending || decline.isPending}
            onAccept={() => accept.run(invitation.id)}
            onDecline={() => decline.run(invitation.id)}
          />
        ))}
      </List>
    </Section>
  )
}
