import { Group } from '@mantine/core'
import type { MemberRow } from '@rolecall/sdk'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { ActionButton } from '../ui/action-button.tsx'
import type { MemberDialogRequest } from './member-dialog-request.ts'
import { useMayAssign, useWhyNotGo } from './use-may-assign.ts'
import { whyNot } from './why-not.ts'

/** What one may do with a member; what one may not is disabled, and says why. */
export function MemberActions(props: { member: MemberRow; onAsk: (request: MemberDialogRequest) => void }) {
  const { member, onAsk } = props
  const { me, roles } = useOrganisation()
  const may = useMayAssign(member)
  const whyNotGo = useWhyNotGo()
  const changes = roles.rows.filter((role) => role.id !== member.role).map((role) => may(role))
  const change = changes.find(({ allowed }) => allowed) ?? changes[0]
  return (
    <Group gap="sm">
      <ActionButton
        name="Change role"
        whyNot={change && whyNot(change)}
        onAct={() => onAsk({ kind: 'change-role', member })}
      />
      {member.account.id === me.account ? (
        <ActionButton name="Leave" whyNot={whyNotGo(member)} onAct={() => onAsk({ kind: 'leave' })} />
      ) : (
        <>
          {member.status === 'active' ? (
            <ActionButton
              name="Suspend"
              whyNot={whyNot(may(undefined))}
              onAct={() => onAsk({ kind: 'suspend', member })}
            />
          ) : (
            <ActionButton
              name="Give access again"
              whyNot={whyNot(may(roles.get(member.role)))}
              onAct={() => onAsk({ kind: 'resume', member })}
            />
          )}
          <ActionButton name="Remove" whyNot={whyNot(may(undefined))} onAct={() => onAsk({ kind: 'remove', member })} />
        </>
      )}
    </Group>
  )
}
