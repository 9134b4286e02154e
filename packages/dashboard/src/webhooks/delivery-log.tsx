import { Button } from '@mantine/core'
import { IconSend } from '@tabler/icons-react'
import { AfterAMoment } from '../ui/after-a-moment.tsx'
import { Empty } from '../ui/empty.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { RowSkeletons } from '../ui/row-skeletons.tsx'
import { type DeliveryFilter, useDeliveryFilter } from './delivery-filter.ts'
import { useDeliveryPlace, useReadOn } from './delivery-place.ts'
import { DeliveryToolbar } from './delivery-toolbar.tsx'
import { SteadyDeliveries } from './steady-deliveries.tsx'
import { useDeliveries } from './use-deliveries.ts'
import type { PlacedEndpoint } from './use-endpoint.ts'

/** What became of each event at an endpoint, narrowed as one likes. */
export function DeliveryLog({ endpoint }: { endpoint: PlacedEndpoint }) {
  const [filter, setFilter] = useDeliveryFilter()
  return (
    <>
      <DeliveryToolbar filter={filter} onChange={setFilter} />
      <Deliveries key={`${filter.status} ${filter.type}`} endpoint={endpoint} filter={filter} />
    </>
  )
}

function Deliveries({ endpoint, filter }: { endpoint: PlacedEndpoint; filter: DeliveryFilter }) {
  const deliveries = useDeliveries(endpoint.id, filter)
  useReadOn(useDeliveryPlace(), deliveries)
  const { rows, error, older } = deliveries
  if (rows === undefined) {
    return error === undefined ? (
      <AfterAMoment>
        <RowSkeletons rows={3} />
      </AfterAMoment>
    ) : (
      <ProblemNote error={error} />
    )
  }
  if (rows.length === 0) {
    const isNarrowed = filter.status !== undefined || filter.type !== undefined
    return isNarrowed ? <NoneOfThatKind /> : <NoDeliveries endpoint={endpoint} />
  }
  return (
    <>
      <SteadyDeliveries endpoint={endpoint} rows={rows} />
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

const icon = <IconSend size={26} stroke={1.6} />

function NoneOfThatKind() {
  return (
    <Empty icon={icon} title="None of that kind">
      No delivery of the last 30 days has this status and type.
    </Empty>
  )
}

/** An attempt is on record once it has ended, so that a receiver which hangs leaves this as it is for a while. */
function NoDeliveries({ endpoint: { enabled, position } }: { endpoint: PlacedEndpoint }) {
  if (enabled && position.behind > 0) {
    return (
      <Empty icon={icon} title="On its way">
        What comes of it appears here, as soon as the receiver has answered or has not for 15 seconds.
      </Empty>
    )
  }
  return (
    <Empty icon={icon} title="Nothing was delivered yet">
      Deliveries appear here by themselves. A test event shows whether the receiver listens.
    </Empty>
  )
}
