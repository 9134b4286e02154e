import type { RowChange } from '@rolecall/sdk'

/** What somebody did to a row, in words: “role changed by Ada, just now”. */
export function changeNote({ type, actor }: RowChange): string | undefined {
  switch (type) {
    case 'member.role_changed':
      return `role changed by ${actor.name}, just now`
    case 'invitation.created':
      return `invited by ${actor.name}, just now`
    case 'invitation.resent':
      return `sent again by ${actor.name}, just now`
    case 'member.added':
      return `added by ${actor.name}, just now`
    case 'member.removed':
      return `removed by ${actor.name}, just now`
    case 'member.suspended':
      return `suspended by ${actor.name}, just now`
    case 'member.resumed':
      return `given access again by ${actor.name}, just now`
    case 'member.updated':
      return 'renamed, just now'
    default:
      return undefined
  }
}
