import { type BuiltInRole, builtInRoleIds } from '@rolecall/contract'
import type { MemberRow } from '@rolecall/sdk'

export type SortBy = 'name' | 'role' | 'since'

export interface Arrangement {
  readonly search: string
  readonly role: BuiltInRole | undefined
  readonly sortBy: SortBy
  readonly isDescending: boolean
}

const collator = new Intl.Collator('en-GB', { sensitivity: 'base', numeric: true })

const comparisons: Readonly<Record<SortBy, (a: MemberRow, b: MemberRow) => number>> = {
  name: (a, b) => collator.compare(a.account.name, b.account.name),
  role: (a, b) => builtInRoleIds.indexOf(a.role) - builtInRoleIds.indexOf(b.role) || comparisons.name(a, b),
  since: (a, b) => (a.id < b.id ? -1 : 1),
}

/** The rows that are looked for, in the order that is asked for. */
export function arrange(rows: readonly MemberRow[], arrangement: Arrangement): readonly MemberRow[] {
  const words = arrangement.search.toLocaleLowerCase().split(/\s+/).filter(Boolean)
  const found = rows.filter((row) => {
    if (arrangement.role !== undefined && row.role !== arrangement.role) return false
    const text = `${row.account.name} ${row.account.email}`.toLocaleLowerCase()
    return words.every((word) => text.includes(word))
  })
  const direction = arrangement.isDescending ? -1 : 1
  return found.sort((a, b) => direction * comparisons[arrangement.sortBy](a, b))
}
