import { Menu, UnstyledButton } from '@mantine/core'
import type { Account } from '@rolecall/contract'
import { IconLogout, IconMail, IconUserCircle } from '@tabler/icons-react'
import { Link } from 'react-router'
import { useReceived } from '../account/received-context.ts'
import { Initials } from '../ui/initials.tsx'
import classes from './account-menu.module.css'

export function AccountMenu({ account, onSignOut }: { account: Account; onSignOut: () => void }) {
  const waiting = useReceived().invitations?.length ?? 0
  const invitations = waiting === 1 ? '1 invitation' : `${waiting} invitations`
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <UnstyledButton className={classes.target} data-waiting={waiting > 0 || undefined}>
          <span className="visually-hidden">
            Account: {account.name}
            {waiting > 0 && `, ${invitations}`}
          </span>
          <Initials id={account.id} name={account.name} size={30} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={classes.who} role="presentation">
          <span className={classes.name}>{account.name}</span>
          <span className={classes.email}>{account.email}</span>
        </div>
        <Menu.Divider />
        {waiting > 0 && (
          <Menu.Item leftSection={<IconMail size={16} stroke={1.7} />} component={Link} to="/account">
            {invitations}
          </Menu.Item>
        )}
        <Menu.Item leftSection={<IconUserCircle size={16} stroke={1.7} />} component={Link} to="/account">
          Your account
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} stroke={1.7} />} onClick={onSignOut}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
