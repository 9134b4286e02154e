import type { Live } from '@rolecall/sdk'
import { useMemo } from 'react'
import { rolesOf } from '../roles/roles.ts'
import { useAccount } from '../session/session-context.ts'
import { useWatched } from '../ui/use-watched.ts'
import type { OrganisationHere } from './organisation-context.ts'
import { isOwn } from './personal.ts'

/** The organisation as one stands in it; undefined until role and roles are known, and once access has ended. */
export function useHere(live: Live): OrganisationHere | undefined {
  const account = useAccount()
  const { organisation, role, permissions } = useWatched(live)
  const { rows, status } = useWatched(live.roles)
  return useMemo(() => {
    if (organisation === undefined || role === undefined || status !== 'live') return undefined
    const { id, name, owner } = organisation
    const me = { account: account.id, role, permissions }
    const roles = rolesOf(rows)
    return { id, name, owner, isOwn: isOwn(organisation, account), role: roles.get(role), roles, permissions, me, live }
  }, [organisation, role, permissions, rows, status, account, live])
}
