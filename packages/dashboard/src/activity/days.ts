import type { RolecallEvent } from '@rolecall/contract'

export type Line =
  | { readonly kind: 'day'; readonly at: string }
  | { readonly kind: 'event'; readonly event: RolecallEvent }

/** Events with a heading before the first of each day. */
export function linesOf(events: readonly RolecallEvent[]): readonly Line[] {
  return events.flatMap((event, index): Line[] => {
    const before = events[index - 1]
    const isNewDay = before === undefined || dayOf(before.at) !== dayOf(event.at)
    return isNewDay
      ? [
          { kind: 'day', at: event.at },
          { kind: 'event', event },
        ]
      : [{ kind: 'event', event }]
  })
}

const days = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })

/** A day by its name: today, yesterday, or its date. */
export function dayOf(at: string): string {
  const day = days.format(new Date(at))
  if (day === days.format(new Date())) return 'Today'
  return day === days.format(new Date(Date.now() - 86_400_000)) ? 'Yesterday' : day
}
