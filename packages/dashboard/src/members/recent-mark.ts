import type { RowChange } from '@rolecall/sdk'
import { useEffect, useState } from 'react'

/** For how long a row says what happened to it. */
export const markedMs = 2000

/** Whether a row was changed by somebody else within the last two seconds. */
export function useRecentMark(row: { readonly change?: RowChange }, self: string): boolean {
  const { change } = row
  const receivedAt = change !== undefined && change.actor.id !== self ? change.receivedAt : 0
  const [isMarked, setMarked] = useState(false)
  useEffect(() => {
    const leftMs = receivedAt + markedMs - Date.now()
    setMarked(leftMs > 0)
    if (leftMs <= 0) return
    const timer = setTimeout(() => setMarked(false), leftMs)
    return () => clearTimeout(timer)
  }, [receivedAt])
  return isMarked
}
