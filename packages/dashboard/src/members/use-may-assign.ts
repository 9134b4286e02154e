import { type Assignability, canAssign, type Member, type Role } from '@rolecall/contract'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { isOwner } from '../organisations/personal.ts'
import { grantOf } from '../roles/roles.ts'
import { useWatched } from '../ui/use-watched.ts'

const counts = new WeakMap<readonly Member[], number>()

// Every row of a long list asks.
function countAdmins(rows: readonly Member[]): number {
  const count = counts.get(rows) ?? rows.filter(({ role, status }) => role === 'admin' && status === 'active').length
  counts.set(rows, count)
  return count
}

/** Why a member cannot go, whoever asks for it; undefined when they can. */
export function useWhyNotGo(): (member: Member) => string | undefined {
  const here = useOrganisation()
  const { rows } = useWatched(here.live.members)
  return (member) => {
    if (isOwner(member, here)) return 'The owner of a personal organisation stays its Admin.'
    const isLastAdmin = member.role === 'admin' && member.status === 'active' && countAdmins(rows) === 1
    return isLastAdmin ? 'An organisation needs an Admin: appoint another first.' : undefined
  }
}

/**
 * Whether one may give a member a role, or take it (`undefined`), and if not, why not: by `canAssign`, as on the
 * server, and by what no role can do, which the server refuses too.
 */
export function useMayAssign(member: Member): (role: Role | undefined) => Assignability {
  const may = useMayAssignTo()
  return (role) => may(member, role)
}

/** The same for any member. */
export function useMayAssignTo(): (member: Member, role: Role | undefined) => Assignability {
  const { me, roles } = useOrganisation()
  const whyNotGo = useWhyNotGo()
  return (member, role) => {
    const subject = { account: member.account.id, ...grantOf(roles.get(member.role)) }
    const may = canAssign(me, subject, role && grantOf(role))
    const reason = may.allowed && role?.id !== member.role ? whyNotGo(member) : undefined
    return reason === undefined ? may : { allowed: false, reason, missing: [] }
  }
}
