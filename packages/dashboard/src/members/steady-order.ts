import type { MemberRow } from '@rolecall/sdk'
import { useMemo, useState } from 'react'

type Arrange = (rows: readonly MemberRow[]) => readonly MemberRow[]

interface Order {
  readonly arrange: Arrange
  readonly place: ReadonlyMap<string, number>
  /** The rows that were arranged, and whether those were all. */
  readonly basis: readonly MemberRow[]
  readonly known: ReadonlySet<string>
  readonly isComplete: boolean
}

const shortList = 25

/**
 * Rows in an order that holds still under the pointer: a row that changes stays where it is until one searches or
 * sorts again, and in a long list those who were added by others wait until one asks for them.
 */
export function useSteadyOrder(props: {
  rows: readonly MemberRow[]
  /** Searches and sorts; another function is another order. */
  arrange: Arrange
  isComplete: boolean
  /** The account that looks: whom it added itself need not wait. */
  self: string
}): { rows: readonly MemberRow[]; waiting: number; showWaiting: () => void } {
  const { rows, arrange, isComplete, self } = props
  const [order, setOrder] = useState<Order>(() => orderOf(rows, arrange, isComplete))
  const renew = () => setOrder(orderOf(rows, arrange, isComplete))

  const newcomers = useMemo(
    () => (order.isComplete ? arrange(rows.filter(({ id }) => !order.known.has(id))) : []),
    [rows, arrange, order],
  )
  const mustNotWait = rows.length <= shortList || newcomers.some(({ change }) => change?.actor.id === self)
  const isStale = order.arrange !== arrange || (!order.isComplete && order.basis !== rows)
  if (isStale || (newcomers.length > 0 && mustNotWait)) renew()

  const placed = useMemo(() => {
    const present = rows.filter(({ id }) => order.place.has(id))
    return present.sort((a, b) => (order.place.get(a.id) ?? 0) - (order.place.get(b.id) ?? 0))
  }, [rows, order.place])
  return { rows: placed, waiting: newcomers.length, showWaiting: renew }
}

function orderOf(rows: readonly MemberRow[], arrange: Arrange, isComplete: boolean): Order {
  return {
    arrange,
    isComplete,
    basis: rows,
    known: new Set(rows.map(({ id }) => id)),
    place: new Map(arrange(rows).map(({ id }, place) => [id, place])),
  }
}
