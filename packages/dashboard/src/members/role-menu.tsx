import { Menu, Tooltip, UnstyledButton } from '@mantine/core'
import { type BuiltInRole, builtInRoleIds, builtInRoles } from '@rolecall/contract'
import type { MemberRow } from '@rolecall/sdk'
import { IconChevronDown } from '@tabler/icons-react'
import { MenuOnDemand } from '../ui/menu-on-demand.tsx'
import { RoleBadge } from '../ui/role-badge.tsx'
import classes from './role-menu.module.css'
import { useMayAssign } from './use-may-assign.ts'
import { whyNot } from './why-not.ts'

/** A member's role, and the others to choose from. Those that may not be given say why. */
export function RoleMenu({ member, onChoose }: { member: MemberRow; onChoose: (role: BuiltInRole) => void }) {
  const may = useMayAssign(member)
  const others = builtInRoleIds.filter((role) => role !== member.role)
  const mayChange = others.some((role) => may(role).allowed)
  if (!mayChange) return <RoleBadge role={member.role} />
  return (
    <MenuOnDemand
      position="bottom-start"
      width={200}
      target={(given) => (
        <UnstyledButton
          {...given}
          className={classes.target}
          aria-label={`Role of ${member.account.name}: ${builtInRoles[member.role].name}. Change`}
        >
          <RoleBadge role={member.role} />
          <IconChevronDown size={14} stroke={2} className={classes.chevron} />
        </UnstyledButton>
      )}
    >
      {() => (
        <Menu.RadioGroup value={member.role}>
          {builtInRoleIds.map((role) => {
            const reason = role === member.role ? undefined : whyNot(may(role))
            return (
              <Tooltip
                key={role}
                label={reason}
                disabled={reason === undefined}
                position="right"
                events={{ hover: true, focus: true, touch: true }}
              >
                <Menu.RadioItem
                  value={role}
                  aria-disabled={reason !== undefined}
                  className={classes.item ?? ''}
                  onChange={() => reason === undefined && role !== member.role && onChoose(role)}
                  closeMenuOnClick={reason === undefined}
                >
                  <RoleBadge role={role} />
                </Menu.RadioItem>
              </Tooltip>
            )
          })}
        </Menu.RadioGroup>
      )}
    </MenuOnDemand>
  )
}
