import { useMediaQuery } from '@mantine/hooks'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { Page } from '../ui/page.tsx'
import { MemberCounts } from './member-counts.tsx'
import { RoleList } from './role-list.tsx'
import { RoleMatrix } from './role-matrix.tsx'

/** Which role permits what, and which one is one's own. */
export default function RolesPage() {
  const { name, role, permissions } = useOrganisation()
  const isNarrow = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false })
  return (
    <Page title="Roles" about={`What each role permits. You are ${role.name} in ${name}.`}>
      {permissions.includes('member:read') && <MemberCounts />}
      {isNarrow ? <RoleList /> : <RoleMatrix />}
    </Page>
  )
}
