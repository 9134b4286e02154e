import type { RolecallEvent } from '@rolecall/contract'
import { type Live, RolecallError } from '@rolecall/sdk'
import { useEffect, useState } from 'react'
import { rolecall } from '../rolecall.ts'

export interface EventsState {
  /** Newest first. */
  readonly events: readonly RolecallEvent[]
  readonly isComplete: boolean
  readonly error: RolecallError | undefined
}

/** The log of an organisation: what was, read page by page, and what comes, from the moment at which it is read. */
export function useEvents(live: Live): EventsState {
  const [state, setState] = useState<EventsState>({ events: [], isComplete: false, error: undefined })

  useEffect(() => {
    const abort = new AbortController()
    const bySeq = new Map<number, RolecallEvent>()
    const show = (change: Partial<EventsState> = {}) => {
      const events = [...bySeq.values()].sort((a, b) => b.seq - a.seq)
      setState((before) => ({ ...before, ...change, events }))
    }
    const read = async () => {
      try {
        // Listening stands first: what happens while the pages are read comes twice rather than never.
        await live.ready
        const list = rolecall.events.list({ organisation: live.id, limit: 200 }, { signal: abort.signal })
        for await (const page of list.pages()) {
          for (const event of page.data) bySeq.set(event.seq, event)
        }
        show({ isComplete: true, error: undefined })
      } catch (error) {
        if (abort.signal.aborted) return
        if (!(error instanceof RolecallError)) throw error
        show({ error })
      }
    }
    const stopEvents = live.on('event', (event) => {
      bySeq.set(event.seq, event)
      show()
    })
    const stopResync = live.on('resync', () => {
      bySeq.clear()
      void read()
    })
    void read()
    return () => {
      abort.abort()
      stopEvents()
      stopResync()
    }
  }, [live])

  return state
}
