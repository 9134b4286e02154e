import { Button } from '@mantine/core'
import type { RolecallEvent } from '@rolecall/contract'
import { IconActivity } from '@tabler/icons-react'
import { useMemo } from 'react'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { AfterAMoment } from '../ui/after-a-moment.tsx'
import { Empty } from '../ui/empty.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { RowSkeletons } from '../ui/row-skeletons.tsx'
import { ActivityList } from './activity-list.tsx'
import { type EventFilter, useEventFilter } from './event-filter.ts'
import { EventToolbar } from './event-toolbar.tsx'
import { FormerRoleNames, roleNamesIn } from './role-names.ts'
import { useEvents } from './use-events.ts'

export function ActivityLog() {
  const [filter, change] = useEventFilter()
  return (
    <>
      <EventToolbar filter={filter} onChange={change} />
      <Events key={JSON.stringify(filter)} filter={filter} />
    </>
  )
}

function Events({ filter }: { filter: EventFilter }) {
  const { live } = useOrganisation()
  const { rows, error, older } = useEvents(live, filter)
  if (rows === undefined) {
    return error === undefined ? (
      <AfterAMoment>
        <RowSkeletons />
      </AfterAMoment>
    ) : (
      <ProblemNote error={error} />
    )
  }
  if (rows.length === 0) return <Nothing isNarrowed={Object.keys(filter).length > 0} />
  return (
    <>
      <Named events={rows} />
      {older !== undefined && (
        <>
          <ProblemNote error={older.error} />
          <Button variant="default" size="xs" mt="md" loading={older.isPending} onClick={() => older.run()}>
            Show older ones
          </Button>
        </>
      )}
    </>
  )
}

function Named({ events }: { events: readonly RolecallEvent[] }) {
  const formerNames = useMemo(() => roleNamesIn(events), [events])
  return (
    <FormerRoleNames value={formerNames}>
      <ActivityList events={events} />
    </FormerRoleNames>
  )
}

function Nothing({ isNarrowed }: { isNarrowed: boolean }) {
  return (
    <Empty icon={<IconActivity size={26} stroke={1.6} />} title={isNarrowed ? 'Nothing of that kind' : 'Nothing yet'}>
      {isNarrowed
        ? 'Nothing that you may see happened like this. It appears here as soon as it does.'
        : 'What is done here appears on this page as it is done, with who did it.'}
    </Empty>
  )
}
