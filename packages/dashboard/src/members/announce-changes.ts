import type { MemberRow } from '@rolecall/sdk'
import { useEffect, useRef } from 'react'
import { announce } from '../ui/announcer.tsx'
import { changeAnnouncement } from './change-note.ts'

/** Says aloud what others change in the list. */
export function useAnnouncedChanges(rows: readonly MemberRow[], self: string): void {
  const heardUntil = useRef(Date.now())
  useEffect(() => {
    const since = heardUntil.current
    for (const row of rows) {
      const { change } = row
      if (change === undefined || change.receivedAt <= since || change.actor.id === self) continue
      heardUntil.current = Math.max(heardUntil.current, change.receivedAt)
      const text = changeAnnouncement(row)
      if (text !== undefined) announce(text)
    }
  }, [rows, self])
}
