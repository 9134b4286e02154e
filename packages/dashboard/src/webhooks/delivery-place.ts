import { useEffect } from 'react'
import { useLocation } from 'react-router'
import type { Deliveries } from './use-deliveries.ts'

/**
 * What was opened from the record, and how many were read by then. It stands in the history, so that the way back, of
 * the browser or of the page, ends where one was.
 */
export interface DeliveryPlace {
  readonly opened: string
  readonly read: number
}

export function useDeliveryPlace(): DeliveryPlace | undefined {
  const state: unknown = useLocation().state
  return isPlace(state) ? state : undefined
}

function isPlace(state: unknown): state is DeliveryPlace {
  if (typeof state !== 'object' || state === null) return false
  return 'opened' in state && typeof state.opened === 'string' && 'read' in state && typeof state.read === 'number'
}

/** So many more, where others have come meanwhile. */
const slack = 50

/** Reads on below, until what was opened is there again. */
export function useReadOn(place: DeliveryPlace | undefined, { rows = [], older }: Deliveries): void {
  const isSought =
    place !== undefined && rows.length < place.read + slack && !rows.some(({ id }) => id === place.opened)
  const isWanted = isSought && older !== undefined && !older.isPending && older.error === undefined
  useEffect(() => {
    if (isWanted) void older?.run()
  }, [isWanted, older])
}
