import { IconWebhookOff } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { AfterAMoment } from '../ui/after-a-moment.tsx'
import { Empty } from '../ui/empty.tsx'
import { PageSkeleton } from '../ui/page-skeleton.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { TextLink } from '../ui/text-link.tsx'
import type { Fresh } from '../ui/use-fresh.ts'

/** A page of something that is asked for: that it is on its way, is no more, or what it is. */
export function WhereFound<Found>(props: { sought: Fresh<Found>; children: (found: Found) => ReactNode }) {
  const { id, name } = useOrganisation()
  const { answer, error } = props.sought
  if (error?.code === 'not_found') {
    return (
      <Empty
        isPage
        icon={<IconWebhookOff size={26} stroke={1.6} />}
        title="There is no such endpoint or delivery, or not any more"
        action={<TextLink to={`/o/${id}/webhooks`}>All endpoints</TextLink>}
      >
        This address was that of an endpoint of {name}, or of something that was sent to one.
      </Empty>
    )
  }
  if (answer !== undefined) return props.children(answer)
  return error === undefined ? (
    <AfterAMoment>
      <PageSkeleton />
    </AfterAMoment>
  ) : (
    <ProblemNote error={error} />
  )
}
