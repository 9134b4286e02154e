import { SegmentedControl } from '@mantine/core'
import { type BuiltInRole, builtInRoleIds, builtInRoles } from '@rolecall/contract'
import { useState } from 'react'
import { MemberPermissions } from '../members/member-permissions.tsx'
import { Section } from '../ui/section.tsx'

const choices = builtInRoleIds.map((role) => ({ value: role, label: builtInRoles[role].name }))

/** The matrix where there is no room for one: a role at a time. */
export function RoleList({ own }: { own: BuiltInRole }) {
  const [role, setRole] = useState(own)
  return (
    <>
      <SegmentedControl data={choices} value={role} onChange={setRole} fullWidth mb="md" aria-label="Role" size="xs" />
      <Section title={role === own ? `${builtInRoles[role].name}, your role` : builtInRoles[role].name}>
        <MemberPermissions role={role} />
      </Section>
    </>
  )
}
