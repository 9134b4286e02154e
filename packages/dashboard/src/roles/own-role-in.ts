import { builtInRoles, isBuiltIn, type Organisation, type Role } from '@rolecall/contract'
import { RolecallError } from '@rolecall/sdk'
import { use, useEffect, useState } from 'react'
import { OrganisationContext } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'

type Named = Pick<Role, 'id' | 'name'>
type Place = Pick<Organisation, 'id' | 'role'>

/** What one’s role is called in any organisation: that of the page knows it, another one is asked. */
export function useOwnRoleIn({ id, role }: Place): Named {
  const here = use(OrganisationContext)
  const isHere = here?.id === id
  const [found, setFound] = useState<Named>()
  useEffect(() => {
    if (isHere || isBuiltIn(role)) return
    const abort = new AbortController()
    void readOwnRole({ id, role }, abort.signal).then((read) => {
      if (!abort.signal.aborted) setFound(read)
    })
    return () => abort.abort()
  }, [id, role, isHere])
  if (isHere) return here.roles.get(role)
  return found?.id === role ? found : unnamed(role)
}

/** The same for once. Without an answer it is a role without a name. */
export async function readOwnRole({ id, role }: Place, signal?: AbortSignal): Promise<Named> {
  if (isBuiltIn(role)) return unnamed(role)
  try {
    const { data } = await rolecall.roles.list({ organisation: id }, { signal })
    return data.find((one) => one.id === role) ?? unnamed(role)
  } catch (error) {
    if (signal?.aborted !== true && !(error instanceof RolecallError)) throw error
    return unnamed(role)
  }
}

function unnamed(role: Role['id']): Named {
  return { id: role, name: isBuiltIn(role) ? builtInRoles[role].name : 'Custom role' }
}
