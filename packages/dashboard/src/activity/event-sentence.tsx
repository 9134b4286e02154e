import { type BuiltInRole, builtInRoles, type RolecallEvent } from '@rolecall/contract'

/** An event in words. */
export function EventSentence({ event }: { event: RolecallEvent }) {
  const actor = <strong>{event.actor.name}</strong>
  switch (event.type) {
    case 'organisation.created':
      return (
        <>
          {actor} created <strong>{event.data.organisation.name}</strong>
        </>
      )
    case 'organisation.renamed':
      return (
        <>
          {actor} renamed <strong>{event.data.before.name}</strong> to <strong>{event.data.after.name}</strong>
        </>
      )
    case 'organisation.deleted':
      return <>{actor} deleted the organisation</>
    case 'member.added':
      return event.data.member.account.id === event.actor.id ? (
        <>
          {actor} became <Role role={event.data.member.role} />
        </>
      ) : (
        <>
          {actor} added <strong>{event.data.member.account.name}</strong> as <Role role={event.data.member.role} />
        </>
      )
    case 'member.role_changed':
      return (
        <>
          {actor} changed the role of <strong>{event.data.member.account.name}</strong> from{' '}
          <Role role={event.data.before.role} /> to <Role role={event.data.after.role} />
        </>
      )
    case 'member.updated':
      return (
        <>
          <strong>{event.data.before.name}</strong> is now called <strong>{event.data.after.name}</strong>
        </>
      )
    case 'member.removed':
      return event.data.reason === 'removed' ? (
        <>
          {actor} removed <strong>{event.data.member.account.name}</strong>
        </>
      ) : (
        <>
          <strong>{event.data.member.account.name}</strong> left
          {event.data.reason === 'account_deleted' && ', deleting their account'}
        </>
      )
    default:
      // An event that a newer server knows.
      return (
        <>
          {actor}: {event.type}
        </>
      )
  }
}

function Role({ role }: { role: BuiltInRole }) {
  return <strong>{builtInRoles[role].name}</strong>
}
