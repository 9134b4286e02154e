import type { MemberRow } from '@rolecall/sdk'
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useLayoutEffect, useRef, useState } from 'react'
import type { Arrangement, SortBy } from './arrange.ts'
import type { MemberDialogRequest } from './member-dialog-request.ts'
import { MemberHeading } from './member-heading.tsx'
import classes from './member-table.module.css'
import { MemberTableRow } from './member-table-row.tsx'
import { SelectAll } from './select-all.tsx'
import type { Selection } from './selection.ts'

const columns: readonly { readonly by: SortBy; readonly name: string }[] = [
  { by: 'name', name: 'Name' },
  { by: 'role', name: 'Role' },
  { by: 'since', name: 'Member since' },
]

const rowHeight = 64
const nothing = () => undefined

/** Only the rows near the window exist, between two empty stretches: ten thousand scroll like ten. */
export function MemberTable(props: {
  rows: readonly MemberRow[]
  arrangement: Arrangement
  onArrange: (arrangement: Arrangement) => void
  onAsk: (request: MemberDialogRequest) => void
  /** Undefined where one cannot change anybody. */
  selection: Selection | undefined
}) {
  const { rows, selection } = props
  const body = useRef<HTMLTableSectionElement>(null)
  const [scrollMargin, setScrollMargin] = useState(0)
  useLayoutEffect(() => {
    setScrollMargin((body.current?.getBoundingClientRect().top ?? 0) + window.scrollY)
  }, [])
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin,
  })
  const items = virtualizer.getVirtualItems()
  const first = items[0]?.index ?? 0
  const last = items.at(-1)?.index ?? -1

  return (
    <div className={classes.frame} data-selecting={selection !== undefined || undefined}>
      <table className={classes.table} aria-label="Members" aria-rowcount={rows.length + 1}>
        <thead className={classes.head}>
          <tr aria-rowindex={1}>
            {selection !== undefined && (
              <th scope="col" className={classes.select}>
                <SelectAll rows={rows} selection={selection} />
              </th>
            )}
            {columns.map(({ by, name }) => (
              <MemberHeading key={by} by={by} name={name} arrangement={props.arrangement} onArrange={props.onArrange} />
            ))}
            <th scope="col" className={classes.actions}>
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody ref={body}>
          <Stretch rows={first} />
          {rows.slice(first, last + 1).map((member, index) => (
            <MemberTableRow
              key={member.id}
              member={member}
              index={first + index}
              onAsk={props.onAsk}
              isSelected={selection?.has(member.id)}
              onSelect={selection?.toggle ?? nothing}
            />
          ))}
          <Stretch rows={rows.length - 1 - last} />
        </tbody>
      </table>
    </div>
  )
}

function Stretch({ rows }: { rows: number }) {
  return rows > 0 ? <tr aria-hidden className={classes.stretch} style={{ height: rows * rowHeight }} /> : null
}
