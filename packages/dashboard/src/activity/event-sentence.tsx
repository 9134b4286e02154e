import type { EventOfType, RolecallEvent, RoleId } from '@rolecall/contract'
import type { ReactNode } from 'react'
import { difference } from '../roles/describe.ts'
import { ApiKeySentence } from './api-key-sentence.tsx'
import { ApplicationSentence } from './application-sentence.tsx'
import { BillingSentence } from './billing-sentence.tsx'
import { DeclarationSentence } from './declaration-sentence.tsx'
import { PushSentence } from './push-sentence.tsx'
import { useRoleName } from './role-names.ts'
import { WebhookSentence } from './webhook-sentence.tsx'

/** An event in words. */
export function EventSentence({ event }: { event: RolecallEvent }): ReactNode {
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
    case 'organisation.described':
      return <>{actor} described the organisation anew</>
    case 'organisation.settings_changed':
      return (
        <>
          {actor} {event.data.after.developersSeeMembers ? 'let Developers see' : 'no longer lets Developers see'} who
          is a member
        </>
      )
    case 'organisation.restored':
      return <>{actor} brought the organisation back</>
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
    case 'member.suspended':
      return (
        <>
          {actor} suspended <strong>{event.data.member.account.name}</strong>
        </>
      )
    case 'member.resumed':
      return (
        <>
          {actor} gave <strong>{event.data.member.account.name}</strong> access again
        </>
      )
    case 'member.updated':
      return <ProfileChange event={event} />
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
    case 'role.created':
      return (
        <>
          {actor} composed the role <strong>{event.data.role.name}</strong>
        </>
      )
    case 'role.updated':
      return (
        <>
          {actor} <RoleChange event={event} />
        </>
      )
    case 'role.deleted':
      return (
        <>
          {actor} deleted the role <strong>{event.data.role.name}</strong>
          {event.data.replacement !== undefined && (
            <>
              ; all who held it are <Role role={event.data.replacement.role} /> now
            </>
          )}
        </>
      )
    case 'invitation.created':
      return (
        <>
          {actor} invited <strong>{event.data.invitation.email}</strong> as <Role role={event.data.invitation.role} />
        </>
      )
    case 'invitation.resent':
      return (
        <>
          {actor} sent the invitation of <strong>{event.data.invitation.email}</strong> again
        </>
      )
    case 'invitation.revoked':
      return <Withdrawal event={event} />
    case 'invitation.accepted':
      return (
        <>
          <strong>{event.data.member.account.name}</strong> accepted the invitation of{' '}
          <strong>{event.data.invitation.inviter.name}</strong>
        </>
      )
    case 'invitation.declined':
      return (
        <>
          <strong>{event.data.invitation.email}</strong> declined the invitation of{' '}
          <strong>{event.data.invitation.inviter.name}</strong>
        </>
      )
    case 'invitation.expired':
      return (
        <>
          The invitation of <strong>{event.data.invitation.email}</strong> ended without an answer
        </>
      )
    case 'webhook.created':
    case 'webhook.updated':
    case 'webhook.paused':
    case 'webhook.disabled':
    case 'webhook.resumed':
    case 'webhook.secret_rotated':
    case 'webhook.adopted':
    case 'webhook.tested':
    case 'webhook.replayed':
    case 'webhook.deleted':
      return <WebhookSentence event={event} />
    case 'permissions.declared':
      return <DeclarationSentence event={event} />
    case 'api_key.created':
    case 'api_key.updated':
    case 'api_key.rotated':
    case 'api_key.revoked':
    case 'api_key.expired':
      return <ApiKeySentence event={event} />
    case 'application.created':
    case 'application.updated':
    case 'application.deleted':
      return <ApplicationSentence event={event} />
    case 'repository.pushed':
    case 'repository.tagged':
    case 'repository.updated':
      return <PushSentence event={event} />
    case 'billing.updated':
    case 'invoice.created':
    case 'invoice.updated':
    case 'invoice.deleted':
    case 'invoice.opened':
    case 'invoice.paid':
    case 'invoice.voided':
      return <BillingSentence event={event} />
    default:
      // An event that a newer server knows.
      return (
        <>
          {actor}: {event.type}
        </>
      )
  }
}

function Role({ role }: { role: RoleId }) {
  return <strong>{useRoleName(role)}</strong>
}

function ProfileChange({ event: { data } }: { event: EventOfType<'member.updated'> }) {
  const { before, after } = data
  return before.name === after.name ? (
    <>
      <strong>{after.name}</strong> has another email address, <strong>{after.email}</strong>
    </>
  ) : (
    <>
      <strong>{before.name}</strong> is now called <strong>{after.name}</strong>
    </>
  )
}

function RoleChange({ event: { data } }: { event: EventOfType<'role.updated'> }) {
  const { before, after } = data
  const { gained, lost } = difference(before.permissions, after.permissions)
  const changes = [gained.length > 0 && `${gained.length} more`, lost.length > 0 && `${lost.length} fewer`]
  const permits = changes.filter(Boolean).join(' and ')
  const isRenamed = before.name !== after.name
  if (!isRenamed && permits === '') {
    return (
      <>
        described the role <strong>{after.name}</strong> anew
      </>
    )
  }
  return (
    <>
      {isRenamed ? (
        <>
          renamed the role <strong>{before.name}</strong> to <strong>{after.name}</strong>
        </>
      ) : (
        <>
          changed the role <strong>{after.name}</strong>
        </>
      )}
      {permits !== '' && `, which holds ${permits} ${gained.length + lost.length === 1 ? 'permission' : 'permissions'}`}
    </>
  )
}

function Withdrawal({ event: { actor, data } }: { event: EventOfType<'invitation.revoked'> }) {
  const { invitation, reason } = data
  if (reason === 'revoked') {
    return (
      <>
        <strong>{actor.name}</strong> withdrew the invitation of <strong>{invitation.email}</strong>
      </>
    )
  }
  const why =
    reason === 'added' ? 'they are a member without it' : `${invitation.inviter.name} can give the role no longer`
  return (
    <>
      The invitation of <strong>{invitation.email}</strong> was withdrawn: {why}
    </>
  )
}
