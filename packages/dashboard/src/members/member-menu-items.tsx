import { Menu } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import type { MemberRow } from '@rolecall/sdk'
import {
  IconCopy,
  IconDoorExit,
  IconPlayerPause,
  IconPlayerPlay,
  IconShieldCheck,
  IconUser,
  IconUserMinus,
} from '@tabler/icons-react'
import { Link } from 'react-router'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { announce } from '../ui/announcer.tsx'
import { DangerItem } from '../ui/danger-item.tsx'
import type { MemberDialogRequest } from './member-dialog-request.ts'
import { useMayAssign, useWhyNotGo } from './use-may-assign.ts'
import { whyNot } from './why-not.ts'

/** What one can do with a member; what one cannot says why. */
export function MemberMenuItems({
  member,
  onAsk,
}: {
  member: MemberRow
  onAsk: (request: MemberDialogRequest) => void
}) {
  const { id, me, roles } = useOrganisation()
  const may = useMayAssign(member)
  const whyNotGo = useWhyNotGo()
  const { copy } = useClipboard()
  const canChangeRole = roles.rows.some((role) => role.id !== member.role && may(role).allowed)

  return (
    <>
      <Menu.Item
        component={Link}
        to={`/o/${id}/members/${member.id}`}
        leftSection={<IconUser size={16} stroke={1.7} />}
      >
        What they may do
      </Menu.Item>
      <Menu.Item
        leftSection={<IconCopy size={16} stroke={1.7} />}
        onClick={() => {
          copy(member.id)
          announce('Id copied.')
        }}
      >
        Copy id
      </Menu.Item>
      {canChangeRole && (
        <Menu.Item
          leftSection={<IconShieldCheck size={16} stroke={1.7} />}
          onClick={() => onAsk({ kind: 'change-role', member })}
        >
          Change role…
        </Menu.Item>
      )}
      <Menu.Divider />
      {member.account.id === me.account ? (
        <DangerItem
          icon={<IconDoorExit size={16} stroke={1.7} />}
          whyNot={whyNotGo(member)}
          onAct={() => onAsk({ kind: 'leave' })}
        >
          Leave…
        </DangerItem>
      ) : (
        <>
          {member.status === 'active' ? (
            <DangerItem
              icon={<IconPlayerPause size={16} stroke={1.7} />}
              whyNot={whyNot(may(undefined))}
              onAct={() => onAsk({ kind: 'suspend', member })}
            >
              Suspend…
            </DangerItem>
          ) : (
            <Menu.Item
              leftSection={<IconPlayerPlay size={16} stroke={1.7} />}
              disabled={!may(roles.get(member.role)).allowed}
              onClick={() => onAsk({ kind: 'resume', member })}
            >
              Give access again…
            </Menu.Item>
          )}
          <DangerItem
            icon={<IconUserMinus size={16} stroke={1.7} />}
            whyNot={whyNot(may(undefined))}
            onAct={() => onAsk({ kind: 'remove', member })}
          >
            Remove…
          </DangerItem>
        </>
      )}
    </>
  )
}
