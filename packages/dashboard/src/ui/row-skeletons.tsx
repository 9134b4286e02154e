import { Skeleton } from '@mantine/core'
import classes from './row-skeletons.module.css'

/** The shape of a list that is on its way. */
export function RowSkeletons({ rows = 5 }: { rows?: number }) {
  return (
    <div role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: shapes have nothing else to be told apart by
        <div key={row} className={classes.row}>
          <Skeleton height={34} circle />
          <Skeleton height={14} width="32%" radius="sm" />
          <Skeleton height={14} width="14%" radius="sm" ml="auto" />
        </div>
      ))}
    </div>
  )
}
