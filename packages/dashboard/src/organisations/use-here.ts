import type { Live } from '@rolecall/sdk'
import { useMemo } from 'react'
import { useAccount } from '../session/session-context.ts'
import { useWatched } from '../ui/use-watched.ts'
import type { OrganisationHere } from './organisation-context.ts'
import { isOwn } from './personal.ts'

/** The organisation as one stands in it; undefined until one’s role is known, and once access has ended. */
export function useHere(live: Live): OrganisationHere | undefined {
  const account = useAccount()
  const { organisation, role, permissions } = useWatched(live)
  return useMemo(() => {
    if (organisation === undefined || role === undefined) return undefined
    const { id, name, owner } = organisation
    const me = { account: account.id, role }
    return { id, name, owner, isOwn: isOwn(organisation, account), role, permissions, me, live }
  }, [organisation, role, permissions, account, live])
}
