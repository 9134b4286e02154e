import { type Input, matchesType, type RolecallEvent, subjectsOf } from '@rolecall/contract'
import { useMemo } from 'react'
import { useSearchParams } from 'react-router'

const names = ['type', 'actor', 'subject', 'since', 'until'] as const

/** What the log is narrowed to. `since` and `until` are days (`2026-03-01`), both of them included. */
export type EventFilter = { readonly [Name in (typeof names)[number]]?: string }

/** The filter stands in the address, so that a link shows the same. */
export function useEventFilter(): [EventFilter, (change: EventFilter) => void] {
  const [parameters, setParameters] = useSearchParams()
  const text = parameters.toString()
  const filter = useMemo(() => {
    const given = new URLSearchParams(text)
    return Object.fromEntries(names.flatMap((name) => (given.get(name) ? [[name, given.get(name) ?? '']] : [])))
  }, [text])
  const change = (some: EventFilter) => {
    const chosen = Object.entries({ ...filter, ...some }).filter(([, value]) => value !== '')
    setParameters(Object.fromEntries(chosen), { replace: true })
  }
  return [filter, change]
}

type Query = Pick<Input<'events', 'list'>, (typeof names)[number]>

/** As the API asks for it; a day that is none is left out. */
export function queryOf({ since, until, ...rest }: EventFilter): Query {
  const [from, to] = [startOf(since, 0), startOf(until, 1)]
  return { ...rest, ...(from && { since: from }), ...(to && { until: to }) }
}

function startOf(day: string | undefined, daysLater: number): string | undefined {
  const [year, month, date] = (day ?? '').split('-').map(Number)
  if (year === undefined || month === undefined || date === undefined) return undefined
  const start = new Date(year, month - 1, date + daysLater)
  return Number.isNaN(start.getTime()) ? undefined : start.toISOString()
}

/** Whether an event that just happened belongs to what is shown. */
export function fits({ type, actor, subject, since, until }: Query, event: RolecallEvent): boolean {
  return (
    (type === undefined || matchesType(type.split(','), event.type)) &&
    (actor === undefined || event.actor.id === actor) &&
    (subject === undefined || subjectsOf(event.data).includes(subject)) &&
    (since === undefined || event.at >= since) &&
    (until === undefined || event.at < until)
  )
}
