import { ActionIcon } from '@mantine/core'
import type { MemberRow } from '@rolecall/sdk'
import { IconDots } from '@tabler/icons-react'
import { MenuOnDemand } from '../ui/menu-on-demand.tsx'
import type { MemberDialogRequest } from './member-dialog-request.ts'
import { MemberMenuItems } from './member-menu-items.tsx'

/** What one can do with a member. */
export function MemberMenu({ member, onAsk }: { member: MemberRow; onAsk: (request: MemberDialogRequest) => void }) {
  return (
    <MenuOnDemand
      position="bottom-end"
      width={210}
      target={(given) => (
        <ActionIcon {...given} aria-label={`Actions for ${member.account.name}`}>
          <IconDots size={18} />
        </ActionIcon>
      )}
    >
      {() => <MemberMenuItems member={member} onAsk={onAsk} />}
    </MenuOnDemand>
  )
}
