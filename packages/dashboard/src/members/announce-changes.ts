import type { RolecallEvent } from '@rolecall/contract'
import type { Live } from '@rolecall/sdk'
import { useEffect, useRef } from 'react'
import type { Roles } from '../roles/roles.ts'
import { announce } from '../ui/announcer.tsx'

/** Says aloud what others change among the members. */
export function useAnnouncedChanges(live: Live, self: string, roles: Roles): void {
  const now = useRef(roles)
  now.current = roles
  useEffect(
    () =>
      live.on('event', (event) => {
        const text = event.actor.id === self ? undefined : inWords(event, now.current)
        if (text !== undefined) announce(text)
      }),
    [live, self],
  )
}

function inWords(event: RolecallEvent, roles: Roles): string | undefined {
  const by = event.actor.name
  switch (event.type) {
    case 'member.added': {
      const { account, role } = event.data.member
      const as = `as ${roles.get(role).name}.`
      return account.id === event.actor.id ? `${by} joined ${as}` : `${by} added ${account.name} ${as}`
    }
    case 'member.role_changed':
      return `${by} changed the role of ${event.data.member.account.name} to ${roles.get(event.data.after.role).name}.`
    case 'organisation.renamed':
      return `${by} renamed the organisation to ${event.data.after.name}.`
    case 'organisation.settings_changed':
      return `${by} changed what Developers may see.`
    case 'role.created':
      return `${by} composed the role ${event.data.role.name}.`
    case 'role.updated':
      return `${by} changed the role ${event.data.role.name}.`
    case 'role.deleted':
      return `${by} deleted the role ${event.data.role.name}.`
    case 'member.suspended':
      return `${by} suspended ${event.data.member.account.name}.`
    case 'member.resumed':
      return `${by} gave ${event.data.member.account.name} access again.`
    case 'invitation.created':
      return `${by} invited ${event.data.invitation.email} as ${roles.get(event.data.invitation.role).name}.`
    case 'invitation.resent':
      return `${by} sent the invitation of ${event.data.invitation.email} again.`
    case 'invitation.revoked':
      return event.data.reason === 'added'
        ? undefined
        : `The invitation of ${event.data.invitation.email} was withdrawn.`
    case 'invitation.declined':
      return `${event.data.invitation.email} declined the invitation.`
    case 'member.removed':
      return event.data.reason === 'removed'
        ? `${by} removed ${event.data.member.account.name}.`
        : `${event.data.member.account.name} left.`
    default:
      return undefined
  }
}
