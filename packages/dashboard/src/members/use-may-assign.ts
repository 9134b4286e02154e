import { type Assignability, type BuiltInRole, canAssign, type Member } from '@rolecall/contract'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { isOwner } from '../organisations/personal.ts'
import { useWatched } from '../ui/use-watched.ts'

const counts = new WeakMap<readonly Member[], number>()

// Every row of a long list asks.
function countAdmins(rows: readonly Member[]): number {
  const count = counts.get(rows) ?? rows.filter(({ role }) => role === 'admin').length
  counts.set(rows, count)
  return count
}

/** Why a member cannot go, whoever asks for it; undefined when they can. */
export function useWhyNotGo(): (member: Member) => string | undefined {
  const here = useOrganisation()
  const { rows } = useWatched(here.live.members)
  return (member) => {
    if (isOwner(member, here)) return 'The owner of a personal organisation stays its Admin.'
    const isLastAdmin = member.role === 'admin' && countAdmins(rows) === 1
    return isLastAdmin ? 'An organisation needs an Admin: appoint another first.' : undefined
  }
}

/**
 * Whether one may give a member a role, or take it (`undefined`), and if not, why not: by `canAssign`, as on the
 * server, and by what no role can do, which the server refuses too.
 */
export function useMayAssign(member: Member): (role: BuiltInRole | undefined) => Assignability {
  const { me } = useOrganisation()
  const whyNotGo = useWhyNotGo()(member)
  return (role) => {
    const may = canAssign(me, { account: member.account.id, role: member.role }, role)
    const isLoss = role !== member.role
    return may.allowed && isLoss && whyNotGo !== undefined ? { allowed: false, reason: whyNotGo, missing: [] } : may
  }
}
