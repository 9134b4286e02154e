import { Button } from '@mantine/core'
import type { Role } from '@rolecall/contract'
import { IconShieldOff } from '@tabler/icons-react'
import { Link, useParams } from 'react-router'
import { MemberPermissions } from '../members/member-permissions.tsx'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { Empty } from '../ui/empty.tsx'
import { Page } from '../ui/page.tsx'
import { Section } from '../ui/section.tsx'
import { TextLink } from '../ui/text-link.tsx'
import { RoleEditor } from './role-editor.tsx'

/** One role: to be changed by who may, and to be read by everybody else. */
export default function RolePage() {
  const { role: id } = useParams()
  const { id: organisation, name, roles, permissions } = useOrganisation()
  const role = roles.rows.find((one) => one.id === id)
  if (role === undefined) {
    return (
      <Empty
        isPage
        icon={<IconShieldOff size={26} stroke={1.6} />}
        title="No such role, or not any more"
        action={<TextLink to={`/o/${organisation}/roles`}>All roles</TextLink>}
      >
        This address was that of a role of {name}. The log tells who deleted it.
      </Empty>
    )
  }
  return !role.builtIn && permissions.includes('role:manage') ? (
    <RoleEditor key={role.id} role={role} />
  ) : (
    <RoleToRead role={role} />
  )
}

function RoleToRead({ role }: { role: Role }) {
  const { id, permissions } = useOrganisation()
  return (
    <Page
      title={role.name}
      about={role.description}
      back={<TextLink to={`/o/${id}/roles`}>← Roles</TextLink>}
      action={
        permissions.includes('role:manage') && (
          <Button variant="default" component={Link} to={`/o/${id}/roles/new?from=${role.id}`}>
            Compose one like it
          </Button>
        )
      }
    >
      <Section
        title="What it permits"
        about={role.builtIn ? 'A built-in role, which stays as it is.' : 'Who holds role:manage can change it.'}
      >
        <MemberPermissions role={role} />
      </Section>
    </Page>
  )
}
