import type { RolecallEvent } from '@rolecall/contract'
import { useEffect, useState } from 'react'
import { markedMs } from '../members/recent-mark.ts'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { announce } from '../ui/announcer.tsx'

/** What somebody else did to an endpoint within the last two seconds. */
export function useEndpointNotes(): ReadonlyMap<string, string> {
  const { live, me } = useOrganisation()
  const [notes, setNotes] = useState<ReadonlyMap<string, string>>(new Map())
  useEffect(() => {
    const timers = new Set<ReturnType<typeof setTimeout>>()
    const stop = live.on('event', (event) => {
      const change = event.actor.id === me.account ? undefined : changeOf(event)
      if (change === undefined) return
      const { endpoint, verb } = change
      setNotes((before) => new Map(before).set(endpoint.id, `${verb} by ${event.actor.name}, just now`))
      const forget = () => setNotes((before) => new Map([...before].filter(([id]) => id !== endpoint.id)))
      timers.add(setTimeout(forget, markedMs))
    })
    return () => {
      stop()
      for (const timer of timers) clearTimeout(timer)
    }
  }, [live, me.account])
  return notes
}

/** Says aloud what others do to the endpoints, and what becomes of them by itself. */
export function useAnnouncedEndpoints(): void {
  const { live, me } = useOrganisation()
  useEffect(
    () =>
      live.on('event', (event) => {
        const change = event.actor.id === me.account ? undefined : changeOf(event)
        if (change !== undefined) announce(`The endpoint ${change.endpoint.url} was ${change.verb}.`)
      }),
    [live, me.account],
  )
}

function changeOf(event: RolecallEvent): { endpoint: { id: string; url: string }; verb: string } | undefined {
  switch (event.type) {
    case 'webhook.created':
      return { endpoint: event.data.webhook, verb: 'added' }
    case 'webhook.updated':
      return { endpoint: event.data.webhook, verb: 'changed' }
    case 'webhook.paused':
      return { endpoint: event.data.webhook, verb: 'paused' }
    case 'webhook.disabled':
      return { endpoint: event.data.webhook, verb: 'disabled' }
    case 'webhook.resumed':
      return { endpoint: event.data.webhook, verb: 'resumed' }
    case 'webhook.secret_rotated':
      return { endpoint: event.data.webhook, verb: 'given a new secret' }
    case 'webhook.adopted':
      return { endpoint: event.data.webhook, verb: 'adopted' }
    case 'webhook.replayed':
      return { endpoint: event.data.webhook, verb: 'replayed' }
    case 'webhook.deleted':
      return { endpoint: event.data.webhook, verb: 'deleted' }
    default:
      return undefined
  }
}
