import type { EventOfType, RolecallEvent } from '@rolecall/contract'
import type { ReactNode } from 'react'
import { useRoleName } from './role-names.ts'

type ApiKeyEvent = Extract<RolecallEvent, { type: `api_key.${string}` }>

/** What happened to an API key, in words. */
export function ApiKeySentence({ event }: { event: ApiKeyEvent }): ReactNode {
  const actor = <strong>{event.actor.name}</strong>
  const key = <strong>{event.data.key.name}</strong>
  switch (event.type) {
    case 'api_key.created':
      return <Issued event={event} />
    case 'api_key.updated':
      return (
        <>
          {actor} <KeyChange event={event} />
        </>
      )
    case 'api_key.rotated':
      return (
        <>
          {actor} gave the API key {key} a new secret
        </>
      )
    case 'api_key.revoked':
      return (
        <>
          {actor} revoked the API key {key}
        </>
      )
    case 'api_key.expired':
      return <>The time of the API key {key} was over</>
  }
}

function Issued({ event: { actor, data } }: { event: EventOfType<'api_key.created'> }) {
  const role = useRoleName(data.key.role)
  return (
    <>
      <strong>{actor.name}</strong> issued the API key <strong>{data.key.name}</strong> as <strong>{role}</strong>
    </>
  )
}

function KeyChange({ event: { data } }: { event: EventOfType<'api_key.updated'> }) {
  const { before, after } = data
  const role = useRoleName(after.role)
  const key = <strong>{after.name}</strong>
  if (before.role !== after.role) {
    return (
      <>
        made the API key {key} <strong>{role}</strong>
      </>
    )
  }
  if (before.name !== after.name) {
    return (
      <>
        renamed the API key <strong>{before.name}</strong> to {key}
      </>
    )
  }
  if (before.issuer.id !== after.issuer.id) {
    return (
      <>
        took over the API key {key}, which was <strong>{before.issuer.name}</strong>’s
      </>
    )
  }
  if (before.expiresAt === after.expiresAt) return <>ended a former secret of the API key {key}</>
  return <>changed when the API key {key} expires</>
}
