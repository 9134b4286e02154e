import { ActionIcon, Menu, Tooltip } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { canAssign } from '@rolecall/contract'
import type { InvitationRow } from '@rolecall/sdk'
import { IconCalendarTime, IconCopy, IconDots, IconMailForward, IconMailX } from '@tabler/icons-react'
import { whyNot } from '../members/why-not.ts'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { grantOf } from '../roles/roles.ts'
import { announce } from '../ui/announcer.tsx'
import { DangerItem } from '../ui/danger-item.tsx'
import { MenuOnDemand } from '../ui/menu-on-demand.tsx'
import type { InvitationDialogRequest } from './invitation-dialog.tsx'

/** What one can do with a pending invitation; what one cannot says why. */
export function InvitationMenu(props: {
  invitation: InvitationRow
  onAsk: (request: InvitationDialogRequest) => void
}) {
  const { invitation, onAsk } = props
  return (
    <MenuOnDemand
      position="bottom-end"
      width={220}
      target={(given) => (
        <ActionIcon {...given} aria-label={`Actions for the invitation of ${invitation.email}`}>
          <IconDots size={18} />
        </ActionIcon>
      )}
    >
      {() => <Items invitation={invitation} onAsk={onAsk} />}
    </MenuOnDemand>
  )
}

function Items({ invitation, onAsk }: Parameters<typeof InvitationMenu>[0]) {
  const { me, roles } = useOrganisation()
  const { copy } = useClipboard()
  const reason = whyNot(canAssign(me, undefined, grantOf(roles.get(invitation.role))))
  const copied = (text: string, name: string) => () => {
    copy(text)
    announce(`${name} copied.`)
  }
  return (
    <>
      <Menu.Item leftSection={<IconCopy size={16} stroke={1.7} />} onClick={copied(invitation.email, 'Address')}>
        Copy address
      </Menu.Item>
      <Menu.Item
        leftSection={<IconCalendarTime size={16} stroke={1.7} />}
        onClick={copied(invitation.expiresAt, 'Time of expiry')}
      >
        Copy time of expiry
      </Menu.Item>
      <Menu.Divider />
      <Tooltip
        label={reason}
        disabled={reason === undefined}
        position="left"
        events={{ hover: true, focus: true, touch: true }}
      >
        <Menu.Item
          leftSection={<IconMailForward size={16} stroke={1.7} />}
          aria-disabled={reason !== undefined}
          closeMenuOnClick={reason === undefined}
          onClick={() => reason === undefined && onAsk({ kind: 'resend', invitation })}
        >
          Send again…
        </Menu.Item>
      </Tooltip>
      <DangerItem
        icon={<IconMailX size={16} stroke={1.7} />}
        whyNot={reason}
        onAct={() => onAsk({ kind: 'revoke', invitation })}
      >
        Withdraw…
      </DangerItem>
    </>
  )
}
