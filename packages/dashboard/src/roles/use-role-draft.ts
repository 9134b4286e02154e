import { type AnyPermission, adminOnlyPermissions, completed, type Role } from '@rolecall/contract'
import { useState } from 'react'
import { difference } from './describe.ts'

export interface RoleDraft {
  readonly name: string
  readonly description: string
  /** What was ticked; `permissions` has what that implies too. */
  readonly chosen: readonly AnyPermission[]
  readonly permissions: readonly AnyPermission[]
  /** What is another than it is now. */
  readonly changes: { readonly name?: string; readonly description?: string; readonly permissions?: AnyPermission[] }
  readonly change: (change: { name?: string; description?: string; chosen?: readonly AnyPermission[] }) => void
}

const stays = (permission: AnyPermission): boolean => adminOnlyPermissions.some((one) => one === permission)

const empty: Pick<Role, 'name' | 'description' | 'permissions'> = { name: '', description: '', permissions: [] }

/**
 * A role that is being composed or changed. What was not touched follows the role as others change it.
 * @param role as it is now; absent for a new one
 * @param from what a new one begins with
 */
export function useRoleDraft(role: Role | undefined, from?: Role): RoleDraft {
  const [touched, setTouched] = useState<{ name?: string; description?: string; chosen?: readonly AnyPermission[] }>({})
  const base = role ?? empty
  const initial = role?.permissions ?? from?.permissions.filter((one) => !stays(one)) ?? []
  const name = touched.name ?? base.name
  const description = touched.description ?? base.description
  const chosen = touched.chosen ?? initial
  const permissions = completed(chosen)
  const { gained, lost } = difference(base.permissions, permissions)
  return {
    name,
    description,
    chosen,
    permissions,
    changes: {
      ...(name === base.name ? {} : { name }),
      ...(description === base.description ? {} : { description }),
      ...(gained.length + lost.length === 0 ? {} : { permissions: [...permissions] }),
    },
    change: (change) => setTouched((before) => ({ ...before, ...change })),
  }
}
