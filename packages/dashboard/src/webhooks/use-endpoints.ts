import type { Webhook } from '@rolecall/contract'
import type { Live } from '@rolecall/sdk'
import { useEffect } from 'react'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { type Fresh, useFresh } from '../ui/use-fresh.ts'

// What is chosen of an endpoint changes with an event. That it fails, and is taken again, is told by none.
const everyMs = 5000

/** The endpoints of the organisation, as they are now. */
export function useEndpoints(): Fresh<readonly Webhook[]> {
  const { id: organisation, live } = useOrganisation()
  const endpoints = useFresh(everyMs, async (options) => (await rolecall.webhooks.list({ organisation }, options)).data)
  useAskedAtEvents(live, endpoints.again)
  return endpoints
}

/** Asks again when something happened to an endpoint, or to who owns one. */
export function useAskedAtEvents(live: Live, again: () => void): void {
  useEffect(() => {
    const stops = [
      live.on('event', ({ type }) => (type.startsWith('webhook.') || type.startsWith('member.')) && again()),
      live.on('resync', again),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }, [live, again])
}
