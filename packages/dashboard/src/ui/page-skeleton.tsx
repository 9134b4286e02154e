import { Skeleton } from '@mantine/core'
import classes from './page-skeleton.module.css'
import { RowSkeletons } from './row-skeletons.tsx'

/** The shape of a page that is on its way. */
export function PageSkeleton() {
  return (
    <div className={classes.page}>
      <Skeleton height={28} width={180} radius="sm" />
      <Skeleton height={16} width={320} radius="sm" mt={12} mb={32} />
      <RowSkeletons />
    </div>
  )
}
