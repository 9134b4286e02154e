import type { Live, MemberRow } from '@rolecall/sdk'
import { useEffect, useMemo, useRef, useState } from 'react'
import { markedMs } from './recent-mark.ts'

/** The rows, and for a moment those that somebody else just removed: a row that vanishes does not say who did it. */
export function useWithDeparted(live: Live, rows: readonly MemberRow[], self: string): readonly MemberRow[] {
  const [departed, setDeparted] = useState<readonly MemberRow[]>([])
  const shown = useRef(rows)
  shown.current = rows

  useEffect(() => {
    const timers = new Set<ReturnType<typeof setTimeout>>()
    const stop = live.on('member.removed', ({ type, actor, at, data }) => {
      // What is drawn still holds the row when the event comes.
      const row = shown.current.find(({ id }) => id === data.member.id)
      if (row === undefined || actor.id === self) return
      const gone = { ...row, change: { type, actor, at, receivedAt: Date.now() } }
      setDeparted((before) => [...before, gone])
      timers.add(setTimeout(() => setDeparted((before) => before.filter((one) => one !== gone)), markedMs))
    })
    return () => {
      stop()
      for (const timer of timers) clearTimeout(timer)
    }
  }, [live, self])

  return useMemo(() => {
    const gone = departed.filter(({ id }) => !rows.some((row) => row.id === id))
    return gone.length === 0 ? rows : [...rows, ...gone]
  }, [rows, departed])
}
