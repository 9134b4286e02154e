import type { AnyPermission, Role, RoleHolder } from '@rolecall/contract'
import type { Live } from '@rolecall/sdk'
import { createContext, use } from 'react'
import type { Roles } from '../roles/roles.ts'

/** The organisation of the page, and what one is in it. */
export interface OrganisationHere {
  readonly id: string
  readonly name: string
  /** The account whose personal organisation it is. */
  readonly owner: string | null
  /** Whether it is one's own personal organisation, which one cannot leave. */
  readonly isOwn: boolean
  /** One's own. What it permits now is `permissions`. */
  readonly role: Role
  readonly permissions: readonly AnyPermission[]
  /** All that there are here. */
  readonly roles: Roles
  /** Oneself, as `canAssign` asks for it. */
  readonly me: RoleHolder
  readonly live: Live
}

export const OrganisationContext = createContext<OrganisationHere | undefined>(undefined)

export function useOrganisation(): OrganisationHere {
  const here = use(OrganisationContext)
  if (here === undefined) throw new Error('useOrganisation is for pages of an organisation')
  return here
}
