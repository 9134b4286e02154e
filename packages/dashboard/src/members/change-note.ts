import type { RowChange } from '@rolecall/sdk'

/**
 * What somebody did to a row, in words: “role changed by Ada, just now”.
 * @param self whose row it is: joining and leaving are one’s own doing
 */
export function changeNote({ type, actor }: RowChange, self?: string): string | undefined {
  const isOwn = actor.id === self
  switch (type) {
    case 'member.role_changed':
      return `role changed by ${actor.name}, just now`
    case 'invitation.created':
      return `invited by ${actor.name}, just now`
    case 'invitation.resent':
      return `sent again by ${actor.name}, just now`
    case 'member.added':
      return isOwn ? 'joined, just now' : `added by ${actor.name}, just now`
    case 'member.removed':
      return isOwn ? 'left, just now' : `removed by ${actor.name}, just now`
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
