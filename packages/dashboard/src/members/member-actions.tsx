import { Button, Group, Tooltip } from '@mantine/core'
import { type Assignability, builtInRoleIds, canAssign } from '@rolecall/contract'
import type { MemberRow } from '@rolecall/sdk'
import { useOrganisation } from '../organisations/organisation-context.ts'
import type { MemberDialogRequest } from './member-dialog.tsx'
import { whyNot } from './why-not.ts'

/** What one may do with a member; what one may not is disabled, and says why. */
export function MemberActions(props: { member: MemberRow; onAsk: (request: MemberDialogRequest) => void }) {
  const { member, onAsk } = props
  const { me, isPersonal } = useOrganisation()
  const subject = { account: member.account.id, role: member.role }
  const isSelf = subject.account === me.account
  const changes = builtInRoleIds.filter((role) => role !== member.role).map((role) => canAssign(me, subject, role))
  const change = changes.find(({ allowed }) => allowed) ?? changes[0]
  return (
    <Group gap="sm">
      <Action name="Change role" may={change} onAct={() => onAsk({ kind: 'change-role', member })} />
      {isSelf && !isPersonal && (
        <Button variant="default" onClick={() => onAsk({ kind: 'leave' })}>
          Leave
        </Button>
      )}
      {!isSelf && (
        <Action name="Remove" may={canAssign(me, subject, undefined)} onAct={() => onAsk({ kind: 'remove', member })} />
      )}
    </Group>
  )
}

function Action({ name, may, onAct }: { name: string; may: Assignability | undefined; onAct: () => void }) {
  const reason = may === undefined ? undefined : whyNot(may)
  return (
    <Tooltip label={reason} disabled={reason === undefined} events={{ hover: true, focus: true, touch: true }}>
      {/* Not `disabled`: what cannot be reached by keyboard could not say why. */}
      <Button
        variant="default"
        aria-disabled={reason !== undefined}
        data-disabled={reason !== undefined || undefined}
        onClick={() => reason === undefined && onAct()}
      >
        {name}
      </Button>
    </Tooltip>
  )
}
