import type { AnyPermission, DeclaredPermission } from '@rolecall/contract'
import { RolecallError } from '@rolecall/sdk'
import { useEffect, useState } from 'react'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { type PermissionGroup, permissionGroups, sentence } from './describe.ts'

/** What the organisation has declared for its apps, read anew when an event tells that it is otherwise. */
export function useOwnPermissions(): readonly DeclaredPermission[] {
  const { id: organisation, live } = useOrganisation()
  const [declared, setDeclared] = useState<readonly DeclaredPermission[]>([])
  useEffect(() => {
    let abort = new AbortController()
    const read = () => {
      abort.abort()
      abort = new AbortController()
      const { signal } = abort
      rolecall.permissions.declared({ organisation }, { signal }).then(
        ({ permissions }) => setDeclared(permissions),
        (error) => {
          // The page itself tells that the server cannot be reached, or that access has ended.
          if (!signal.aborted && !(error instanceof RolecallError)) throw error
        },
      )
    }
    read()
    const stops = [live.on('permissions.declared', read), live.on('resync', read)]
    return () => {
      for (const stop of stops) stop()
      abort.abort()
    }
  }, [organisation, live])
  return declared
}

/** All permissions that there are here, by what they are about, and what each lets one do. */
export function useCatalogue(): {
  readonly groups: readonly PermissionGroup[]
  readonly sentence: (permission: AnyPermission) => string
} {
  const { name } = useOrganisation()
  const declared = useOwnPermissions()
  const own: PermissionGroup = { name: `${name}’s own`, permissions: declared.map((one) => one.name) }
  return {
    groups: declared.length === 0 ? permissionGroups : [...permissionGroups, own],
    sentence: (permission) => declared.find((one) => one.name === permission)?.description || sentence(permission),
  }
}
