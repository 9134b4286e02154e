import type { EventOfType, RolecallEvent } from '@rolecall/contract'
import type { ReactNode } from 'react'
import { shortUrl } from '../webhooks/endpoint-state.ts'

type WebhookEvent = Extract<RolecallEvent, { type: `webhook.${string}` }>

/** What happened to a webhook endpoint, in words. */
export function WebhookSentence({ event }: { event: WebhookEvent }): ReactNode {
  const actor = <strong>{event.actor.name}</strong>
  const endpoint = <strong>{shortUrl(event.data.webhook.url)}</strong>
  switch (event.type) {
    case 'webhook.created':
      return (
        <>
          {actor} added the webhook endpoint {endpoint}
        </>
      )
    case 'webhook.updated':
      return (
        <>
          {actor} <EndpointChange event={event} />
        </>
      )
    case 'webhook.paused':
      return event.data.reason === 'by_member' ? (
        <>
          {actor} paused {endpoint}
        </>
      ) : (
        <>
          {endpoint} rests: <strong>{event.data.owner.name}</strong>, who owns it, may manage webhooks no longer
        </>
      )
    case 'webhook.disabled':
      return (
        <>
          {endpoint} was disabled:{' '}
          {event.data.reason === 'gone' ? 'it answered that nothing is wanted there' : 'for five days it took nothing'}
        </>
      )
    case 'webhook.resumed':
      return (
        <>
          {actor} resumed {endpoint}
        </>
      )
    case 'webhook.secret_rotated':
      return (
        <>
          {actor} gave {endpoint} a new secret
        </>
      )
    case 'webhook.adopted':
      return (
        <>
          {actor} adopted {endpoint}, which was <strong>{event.data.before.name}</strong>’s
        </>
      )
    case 'webhook.tested':
      return (
        <>
          {actor} sent {endpoint} a test event
        </>
      )
    case 'webhook.replayed':
      return (
        <>
          {actor} had what {event.data.exhausted ? 'was given up after' : 'followed'} event {event.data.from} delivered
          to {endpoint} again
        </>
      )
    case 'webhook.deleted':
      return (
        <>
          {actor} deleted the webhook endpoint {endpoint}
        </>
      )
  }
}

function EndpointChange({ event: { data } }: { event: EventOfType<'webhook.updated'> }) {
  const { before, after } = data
  if (before.url !== after.url) {
    return (
      <>
        moved the webhook endpoint <strong>{shortUrl(before.url)}</strong> to <strong>{shortUrl(after.url)}</strong>
      </>
    )
  }
  return (
    <>
      changed the webhook endpoint <strong>{shortUrl(after.url)}</strong>
    </>
  )
}
