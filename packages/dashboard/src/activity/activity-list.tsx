import type { RolecallEvent } from '@rolecall/contract'
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useLayoutEffect, useMemo, useRef, useState } from 'react'
import classes from './activity-list.module.css'
import { ActivityRow } from './activity-row.tsx'
import { dayOf, type Line, linesOf } from './days.ts'

/** The events by day; only those near the window exist. */
export function ActivityList({ events }: { events: readonly RolecallEvent[] }) {
  const list = useRef<HTMLDivElement>(null)
  const [scrollMargin, setScrollMargin] = useState(0)
  useLayoutEffect(() => {
    setScrollMargin((list.current?.getBoundingClientRect().top ?? 0) + window.scrollY)
  }, [])
  const lines = useMemo(() => linesOf(events), [events])
  const virtualizer = useWindowVirtualizer({
    count: lines.length,
    estimateSize: (index) => (lines[index]?.kind === 'day' ? 52 : 58),
    overscan: 12,
    scrollMargin,
    getItemKey: (index) => keyOf(lines[index]),
  })
  const items = virtualizer.getVirtualItems()

  return (
    <div ref={list} className={classes.list} style={{ height: virtualizer.getTotalSize() }}>
      <div className={classes.window} style={{ transform: `translateY(${(items[0]?.start ?? 0) - scrollMargin}px)` }}>
        {items.map(({ key, index }) => {
          const line = lines[index]
          return (
            <div key={key} data-index={index} ref={virtualizer.measureElement}>
              {line?.kind === 'day' && <h2 className={classes.day}>{dayOf(line.at)}</h2>}
              {line?.kind === 'event' && <ActivityRow event={line.event} />}
            </div>
          )
        })}
      </div>
    </div>
  )
}

function keyOf(line: Line | undefined): string {
  if (line === undefined) return ''
  return line.kind === 'day' ? line.at.slice(0, 10) : line.event.id
}
