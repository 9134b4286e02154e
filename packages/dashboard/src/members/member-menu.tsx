import { ActionIcon, Menu, Tooltip } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { builtInRoleIds, canAssign } from '@rolecall/contract'
import type { MemberRow } from '@rolecall/sdk'
import { IconCopy, IconDoorExit, IconDots, IconShieldCheck, IconUser, IconUserMinus } from '@tabler/icons-react'
import { Link } from 'react-router'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { announce } from '../ui/announcer.tsx'
import type { MemberDialogRequest } from './member-dialog.tsx'
import { whyNot } from './why-not.ts'

/** What one can do with a member; what one cannot says why. */
export function MemberMenu({ member, onAsk }: { member: MemberRow; onAsk: (request: MemberDialogRequest) => void }) {
  const { id, me, isPersonal } = useOrganisation()
  const { copy } = useClipboard()
  const subject = { account: member.account.id, role: member.role }
  const isSelf = subject.account === me.account
  const canChangeRole = builtInRoleIds.some((role) => role !== member.role && canAssign(me, subject, role).allowed)
  const whyNotRemove = isSelf ? undefined : whyNot(canAssign(me, subject, undefined))

  return (
    <Menu position="bottom-end" width={210}>
      <Menu.Target>
        <ActionIcon aria-label={`Actions for ${member.account.name}`}>
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
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
        {!(isSelf && isPersonal) && <Menu.Divider />}
        {isSelf && !isPersonal && (
          <Menu.Item
            color="red"
            leftSection={<IconDoorExit size={16} stroke={1.7} />}
            onClick={() => onAsk({ kind: 'leave' })}
          >
            Leave…
          </Menu.Item>
        )}
        {!isSelf && (
          <Tooltip
            label={whyNotRemove}
            disabled={whyNotRemove === undefined}
            position="left"
            events={{ hover: true, focus: true, touch: true }}
          >
            <Menu.Item
              color="red"
              aria-disabled={whyNotRemove !== undefined}
              leftSection={<IconUserMinus size={16} stroke={1.7} />}
              closeMenuOnClick={whyNotRemove === undefined}
              onClick={() => whyNotRemove === undefined && onAsk({ kind: 'remove', member })}
            >
              Remove…
            </Menu.Item>
          </Tooltip>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}
