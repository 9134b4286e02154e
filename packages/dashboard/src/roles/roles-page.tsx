import { Button } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import { Link } from 'react-router'
import { useAnnouncedChanges } from '../members/announce-changes.ts'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { Page } from '../ui/page.tsx'
import { OwnPermissions } from './own-permissions.tsx'
import { RoleCards } from './role-cards.tsx'
import { RoleList } from './role-list.tsx'
import { RoleMatrix } from './role-matrix.tsx'
import classes from './roles-page.module.css'

/** Which role permits what, which one is one's own, and for who may, the way to others. */
export default function RolesPage() {
  const { id, name, role, roles, permissions, live, me } = useOrganisation()
  useAnnouncedChanges(live, me.account, roles)
  const isNarrow = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false })
  return (
    <Page
      title="Roles"
      about={`What each role permits. You are ${role.name} in ${name}.`}
      action={
        permissions.includes('role:manage') && (
          <Button leftSection={<IconPlus size={18} stroke={1.8} />} component={Link} to={`/o/${id}/roles/new`}>
            Compose a role
          </Button>
        )
      }
    >
      <RoleCards />
      {isNarrow ? <RoleList /> : <RoleMatrix />}
      <div className={classes.own}>
        <OwnPermissions />
      </div>
    </Page>
  )
}
