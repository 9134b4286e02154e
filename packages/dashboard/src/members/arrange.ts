import type { Member, RoleId } from '@rolecall/contract'
import type { MemberRow } from '@rolecall/sdk'
import type { Roles } from '../roles/roles.ts'

export type SortBy = 'name' | 'role' | 'since'

export interface Arrangement {
  readonly search: string
  readonly role: RoleId | undefined
  readonly status: Member['status'] | undefined
  readonly sortBy: SortBy
  readonly isDescending: boolean
}

export const everyone: Arrangement = {
  search: '',
  role: undefined,
  status: undefined,
  sortBy: 'name',
  isDescending: false,
}

const collator = new Intl.Collator('en-GB', { sensitivity: 'base', numeric: true })

type Compare = (a: MemberRow, b: MemberRow) => number

const byName: Compare = (a, b) => collator.compare(a.account.name, b.account.name)

function comparisonBy(sortBy: SortBy, { rows }: Roles): Compare {
  if (sortBy === 'name') return byName
  if (sortBy === 'since') return (a, b) => (a.id < b.id ? -1 : 1)
  const place = new Map(rows.map(({ id }, index) => [id, index]))
  const placeOf = ({ role }: MemberRow) => place.get(role) ?? rows.length
  return (a, b) => placeOf(a) - placeOf(b) || byName(a, b)
}

/** The rows that are looked for, in the order that is asked for. */
export function arrange(rows: readonly MemberRow[], roles: Roles, arrangement: Arrangement): readonly MemberRow[] {
  const words = arrangement.search.toLocaleLowerCase().split(/\s+/).filter(Boolean)
  const found = rows.filter((row) => {
    if (arrangement.role !== undefined && row.role !== arrangement.role) return false
    if (arrangement.status !== undefined && row.status !== arrangement.status) return false
    const text = `${row.account.name} ${row.account.email}`.toLocaleLowerCase()
    return words.every((word) => text.includes(word))
  })
  const direction = arrangement.isDescending ? -1 : 1
  const compare = comparisonBy(arrangement.sortBy, roles)
  return found.sort((a, b) => direction * compare(a, b))
}
