import type { Organisation } from '@rolecall/contract'
import { useOwnRoleIn } from '../roles/own-role-in.ts'
import { RoleBadge } from '../ui/role-badge.tsx'

/** One’s role in an organisation of the switcher. */
export function RoleElsewhere({ organisation }: { organisation: Organisation }) {
  return <RoleBadge role={useOwnRoleIn(organisation)} quiet />
}
