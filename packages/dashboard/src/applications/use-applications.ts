import type { Application } from '@rolecall/contract'
import type { Live } from '@rolecall/sdk'
import { useEffect } from 'react'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { type Fresh, useFresh } from '../ui/use-fresh.ts'

// Events tell of every change; this is for what is missed while there is no connection.
const everyMs = 60_000

/** One application, as it is now. */
export function useApplication(application: string): Fresh<Application> {
  const { id: organisation, live } = useOrganisation()
  const sought = useFresh(everyMs, (options) => rolecall.applications.read({ organisation, application }, options))
  useAskedAt(live, 'application.', sought.again)
  return sought
}

/** The applications that a search finds, by name: at most so many. */
export function useApplications(q: string, limit: number): Fresh<{ rows: readonly Application[]; hasMore: boolean }> {
  const { id: organisation, live } = useOrganisation()
  const list = async (options: { signal: AbortSignal }) => {
    const { data, next } = await rolecall.applications.list({ organisation, q, limit }, options)
    return { rows: data, hasMore: next !== undefined }
  }
  const sought = useFresh(everyMs, list, `${limit} of ${q}`)
  useAskedAt(live, 'application.', sought.again)
  return sought
}

/** Asks again when an event of such a type has happened, and after a gap. */
export function useAskedAt(live: Live, prefix: string, again: () => void): void {
  useEffect(() => {
    const stops = [live.on('event', ({ type }) => type.startsWith(prefix) && again()), live.on('resync', again)]
    return () => {
      for (const stop of stops) stop()
    }
  }, [live, prefix, again])
}
