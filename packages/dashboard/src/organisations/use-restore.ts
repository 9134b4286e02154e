import type { Answer, Organisation } from '@rolecall/contract'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { notify } from '../notices/notify.ts'
import { rolecall } from '../rolecall.ts'
import { useAction } from '../ui/use-action.ts'
import { useDeleted } from './deleted-context.ts'

export type Restored = Answer<'organisations', 'restore'>

/** Brings an organisation back and goes there; stays where it did not come back whole, to say so. */
export function useRestore() {
  const navigate = useNavigate()
  const { read } = useDeleted()
  const [incomplete, setIncomplete] = useState<Restored>()
  const restore = useAction(async ({ id }: Organisation) => {
    setIncomplete(undefined)
    const restored = await rolecall.organisations.restore({ organisation: id })
    const { organisation, missing, expiredInvitations, revokedInvitations } = restored
    await read()
    if (missing.length + expiredInvitations.length + revokedInvitations.length > 0) return setIncomplete(restored)
    notify(`${organisation.name} is back, with all its members.`)
    return navigate(`/o/${id}`)
  })
  return { ...restore, incomplete }
}
