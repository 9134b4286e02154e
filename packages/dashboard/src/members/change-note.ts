import { builtInRoles } from '@rolecall/contract'
import type { MemberRow } from '@rolecall/sdk'

/** What somebody did to a row, in words: “role changed by Ada, just now”. */
export function changeNote(row: MemberRow): string | undefined {
  if (row.change === undefined) return undefined
  const by = row.change.actor.name
  switch (row.change.type) {
    case 'member.role_changed':
      return `role changed by ${by}, just now`
    case 'member.added':
      return `added by ${by}, just now`
    case 'member.updated':
      return `renamed by ${by}, just now`
    default:
      return undefined
  }
}

/** The same for those who listen. */
export function changeAnnouncement(row: MemberRow): string | undefined {
  const by = row.change?.actor.name ?? ''
  switch (row.change?.type) {
    case 'member.role_changed':
      return `${by} changed the role of ${row.account.name} to ${builtInRoles[row.role].name}.`
    case 'member.added':
      return `${by} added ${row.account.name} as ${builtInRoles[row.role].name}.`
    default:
      return undefined
  }
}
