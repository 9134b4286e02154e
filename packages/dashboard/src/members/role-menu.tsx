import { Menu, Tooltip, UnstyledButton } from '@mantine/core'
import type { RoleId } from '@rolecall/contract'
import type { MemberRow } from '@rolecall/sdk'
import { IconChevronDown } from '@tabler/icons-react'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { MenuOnDemand } from '../ui/menu-on-demand.tsx'
import { RoleBadge } from '../ui/role-badge.tsx'
import classes from './role-menu.module.css'
import { useMayAssign } from './use-may-assign.ts'
import { whyNot } from './why-not.ts'

/** A member's role, and the others to choose from. Those that may not be given say why. */
export function RoleMenu({ member, onChoose }: { member: MemberRow; onChoose: (role: RoleId) => void }) {
  const may = useMayAssign(member)
  const { roles } = useOrganisation()
  const present = roles.get(member.role)
  const mayChange = roles.rows.some((role) => role.id !== member.role && may(role).allowed)
  if (!mayChange) return <RoleBadge role={present} />
  return (
    <MenuOnDemand
      position="bottom-start"
      width={200}
      target={(given) => (
        <UnstyledButton
          {...given}
          className={classes.target}
          aria-label={`Role of ${member.account.name}: ${present.name}. Change`}
        >
          <RoleBadge role={present} />
          <IconChevronDown size={14} stroke={2} className={classes.chevron} />
        </UnstyledButton>
      )}
    >
      {() => (
        <div className={classes.list} role="presentation">
          <Menu.RadioGroup value={member.role}>
            {roles.rows.map((role) => {
              const reason = role.id === member.role ? undefined : whyNot(may(role))
              return (
                <Tooltip
                  key={role.id}
                  label={reason}
                  disabled={reason === undefined}
                  position="right"
                  events={{ hover: true, focus: true, touch: true }}
                >
                  <Menu.RadioItem
                    value={role.id}
                    aria-disabled={reason !== undefined}
                    className={classes.item ?? ''}
                    onChange={() => reason === undefined && role.id !== member.role && onChoose(role.id)}
                    closeMenuOnClick={reason === undefined}
                  >
                    <RoleBadge role={role} />
                  </Menu.RadioItem>
                </Tooltip>
              )
            })}
          </Menu.RadioGroup>
        </div>
      )}
    </MenuOnDemand>
  )
}
