import { Button, Group, Tooltip } from '@mantine/core'
import type { MemberRow } from '@rolecall/sdk'
import { useOrganisation } from '../organisations/organisation-context.ts'
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
      <Action
        name="Change role"
        whyNot={change && whyNot(change)}
        onAct={() => onAsk({ kind: 'change-role', member })}
      />
      {member.account.id === me.account ? (
        <Action name="Leave" whyNot={whyNotGo(member)} onAct={() => onAsk({ kind: 'leave' })} />
      ) : (
        <>
          {member.status === 'active' ? (
            <Action name="Suspend" whyNot={whyNot(may(undefined))} onAct={() => onAsk({ kind: 'suspend', member })} />
          ) : (
            <Action
              name="Give access again"
              whyNot={whyNot(may(roles.get(member.role)))}
              onAct={() => onAsk({ kind: 'resume', member })}
            />
          )}
          <Action name="Remove" whyNot={whyNot(may(undefined))} onAct={() => onAsk({ kind: 'remove', member })} />
        </>
      )}
    </Group>
  )
}

function Action(props: { name: string; whyNot: string | undefined; onAct: () => void }) {
  const reason = props.whyNot
  return (
    <Tooltip label={reason} disabled={reason === undefined} events={{ hover: true, focus: true, touch: true }}>
      {/* Not `disabled`: what cannot be reached by keyboard could not say why. */}
      <Button
        variant="default"
        aria-disabled={reason !== undefined}
        data-disabled={reason !== undefined}
        onClick={() => reason === undefined && props.onAct()}
      >
        {props.name}
      </Button>
    </Tooltip>
  )
}
