import type { RolecallEvent } from '@rolecall/contract'
import { type Live, RolecallError } from '@rolecall/sdk'
import { useEffect, useState } from 'react'
import { rolecall } from '../rolecall.ts'
import { type Action, useAction } from '../ui/use-action.ts'
import { type EventFilter, fits, queryOf } from './event-filter.ts'

export interface Events {
  /** Newest first; undefined until they were read. */
  readonly rows: readonly RolecallEvent[] | undefined
  readonly error: RolecallError | undefined
  /** Reads on below; undefined where that is all. */
  readonly older: Action<[]> | undefined
}

interface Known {
  readonly rows: readonly RolecallEvent[]
  readonly next: string | undefined
}

const limit = 200

/** The log of an organisation: what was, read from its newest end, and what comes, from the moment at which it is read. */
export function useEvents(live: Live, filter: EventFilter): Events {
  const [known, setKnown] = useState<Known>()
  const [error, setError] = useState<RolecallError>()

  useEffect(() => {
    const abort = new AbortController()
    const query = queryOf(filter)
    let early: RolecallEvent[] = []
    const read = async () => {
      early = []
      try {
        // Listening stands first: what happens while the page is read comes twice rather than never.
        await live.ready
        const request = { organisation: live.id, order: 'desc', limit, ...query } as const
        const page = await rolecall.events.list(request, { signal: abort.signal })
        if (!abort.signal.aborted) setKnown({ rows: withNew(page.data, early), next: page.next })
        setError(undefined)
      } catch (thrown) {
        if (abort.signal.aborted) return
        if (!(thrown instanceof RolecallError)) throw thrown
        setError(thrown)
      }
    }
    const stopEvents = live.on('event', (event) => {
      if (!fits(query, event)) return
      early.push(event)
      setKnown((before) => before && { ...before, rows: withNew(before.rows, [event]) })
    })
    const stopResync = live.on('resync', () => void read())
    void read()
    return () => {
      abort.abort()
      stopEvents()
      stopResync()
    }
  }, [live, filter])

  const next = known?.next
  const older = useAction(async () => {
    if (next === undefined) return
    const request = { organisation: live.id, order: 'desc', limit, after: next, ...queryOf(filter) } as const
    const page = await rolecall.events.list(request)
    setKnown((before) => (before?.next === next ? { rows: [...before.rows, ...page.data], next: page.next } : before))
  })
  return { rows: known?.rows, error, older: next === undefined ? undefined : older }
}

function withNew(rows: readonly RolecallEvent[], events: readonly RolecallEvent[]): readonly RolecallEvent[] {
  const newest = rows[0]?.seq ?? 0
  return [...events.filter(({ seq }) => seq > newest).reverse(), ...rows]
}
