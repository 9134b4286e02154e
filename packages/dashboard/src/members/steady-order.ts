import type { MemberRow } from '@rolecall/sdk'
import { useMemo, useState } from 'react'

type Arrange = (rows: readonly MemberRow[]) => readonly MemberRow[]

interface Order {
  readonly arrange: Arrange
  readonly place: ReadonlyMap<string, number>
  /** The rows that were arranged. */
  readonly basis: readonly MemberRow[]
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
  const [order, setOrder] = useState<Order>(() => orderOf(rows, arrange))

  const newcomers = useMemo(
    () => arrange(rows.filter(({ id, change }) => change?.type === 'member.added' && !order.place.has(id))),
    [rows, arrange, order.place],
  )
  const mustNotWait = newcomers.some(({ change }) => change?.actor.id === self) || rows.length <= shortList
  const isStale = order.arrange !== arrange || (!isComplete && order.basis !== rows)
  const isDue = isStale || (isComplete && order.basis.length === 0) || (newcomers.length > 0 && mustNotWait)
  if (isDue && (order.basis !== rows || order.arrange !== arrange)) setOrder(orderOf(rows, arrange))

  const placed = useMemo(() => {
    const present = rows.filter(({ id }) => order.place.has(id))
    return present.sort((a, b) => (order.place.get(a.id) ?? 0) - (order.place.get(b.id) ?? 0))
  }, [rows, order.place])
  return { rows: placed, waiting: newcomers.length, showWaiting: () => setOrder(orderOf(rows, arrange)) }
}

function orderOf(rows: readonly MemberRow[], arrange: Arrange): Order {
  return { arrange, basis: rows, place: new Map(arrange(rows).map(({ id }, place) => [id, place])) }
}
