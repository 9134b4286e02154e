import { Menu, UnstyledButton } from '@mantine/core'
import type { Role } from '@rolecall/contract'
import { IconDoorExit, IconShieldCheck } from '@tabler/icons-react'
import { Link } from 'react-router'
import { DangerItem } from '../ui/danger-item.tsx'
import { RoleBadge } from '../ui/role-badge.tsx'
import classes from './own-role.module.css'

/** What one is here, what that permits, and the way out. */
export function OwnRole(props: {
  organisation: string
  role: Role
  onFollow: () => void
  onLeave: (() => void) | undefined
}) {
  return (
    <Menu position="top-start" width={220}>
      <Menu.Target>
        <UnstyledButton className={classes.card}>
          <span className={classes.line}>
            <span>Your role</span>
            <RoleBadge role={props.role} />
          </span>
          <span className={classes.about}>{props.role.description}</span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          component={Link}
          to={`/o/${props.organisation}/roles`}
          onClick={props.onFollow}
          leftSection={<IconShieldCheck size={16} stroke={1.7} />}
        >
          What it permits
        </Menu.Item>
        {props.onLeave !== undefined && (
          <DangerItem icon={<IconDoorExit size={16} stroke={1.7} />} onAct={props.onLeave}>
            Leave the organisation…
          </DangerItem>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}
