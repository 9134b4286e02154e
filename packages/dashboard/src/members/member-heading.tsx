import { UnstyledButton } from '@mantine/core'
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import type { Arrangement, SortBy } from './arrange.ts'
import classes from './member-table.module.css'

/** A column's heading, which sorts by it, and once more the other way round. */
export function MemberHeading(props: {
  by: SortBy
  name: string
  arrangement: Arrangement
  onArrange: (arrangement: Arrangement) => void
}) {
  const { by, arrangement } = props
  const isSorted = arrangement.sortBy === by
  const Arrow = arrangement.isDescending ? IconArrowDown : IconArrowUp
  const sort = () =>
    props.onArrange({ ...arrangement, sortBy: by, isDescending: isSorted ? !arrangement.isDescending : false })
  return (
    <th
      scope="col"
      className={classes[by]}
      {...(isSorted ? { 'aria-sort': arrangement.isDescending ? 'descending' : 'ascending' } : {})}
    >
      <UnstyledButton className={classes.heading} onClick={sort}>
        {props.name}
        {isSorted && <Arrow size={13} stroke={2} aria-hidden />}
      </UnstyledButton>
    </th>
  )
}
