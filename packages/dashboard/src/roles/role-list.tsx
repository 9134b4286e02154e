import { NativeSelect } from '@mantine/core'
import type { RoleId } from '@rolecall/contract'
import { useState } from 'react'
import { MemberPermissions } from '../members/member-permissions.tsx'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { Section } from '../ui/section.tsx'

/** The matrix where there is no room for one: a role at a time. */
export function RoleList() {
  const { role: own, roles } = useOrganisation()
  const [chosen, choose] = useState<RoleId>(own.id)
  // What was chosen may be gone by now.
  const role = roles.rows.find(({ id }) => id === chosen) ?? own
  return (
    <>
      <NativeSelect
        data={roles.rows.map(({ id, name }) => ({ value: id, label: name }))}
        value={role.id}
        onChange={({ currentTarget: { value } }) => choose(roles.rows.find(({ id }) => id === value)?.id ?? own.id)}
        mb="md"
        aria-label="Role"
      />
      <Section title={role.id === own.id ? `${role.name}, your role` : role.name}>
        <MemberPermissions role={role} />
      </Section>
    </>
  )
}
