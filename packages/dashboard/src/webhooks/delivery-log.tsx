import { Button } from '@mantine/core'
import type { Webhook } from '@rolecall/contract'
import { IconSend } from '@tabler/icons-react'
import { AfterAMoment } from '../ui/after-a-moment.tsx'
import { Empty } from '../ui/empty.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { RowSkeletons } from '../ui/row-skeletons.tsx'
import { type DeliveryFilter, useDeliveryFilter } from './delivery-filter.ts'
import { DeliveryToolbar } from './delivery-toolbar.tsx'
import { SteadyDeliveries } from './steady-deliveries.tsx'
import { useDeliveries } from './use-deliveries.ts'

/** What became of each event at an endpoint, narrowed as one likes. */
export function DeliveryLog({ endpoint }: { endpoint: Webhook }) {
  const [filter, setFilter] = useDeliveryFilter()
  return (
    <>
      <DeliveryToolbar filter={filter} onChange={setFilter} />
      <Deliveries key={`${filter.status} ${filter.type}`} webhook={endpoint.id} filter={filter} />
    </>
  )
}

function Deliveries({ webhook, filter }: { webhook: string; filter: DeliveryFilter }) {
  const { rows, error, older } = useDeliveries(webhook, filter)
  if (rows === undefined) {
    return error === undefined ? (
      <AfterAMoment>
        <RowSkeletons rows={3} />
      </AfterAMoment>
    ) : (
      <ProblemNote error={error} />
    )
  }
  if (rows.length === 0) return <NoDeliveries isNarrowed={filter.status !== undefined || filter.type !== undefined} />
  return (
    <>
      <SteadyDeliveries rows={rows} />
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

function NoDeliveries({ isNarrowed }: { isNarrowed: boolean }) {
  return (
    <Empty
      icon={<IconSend size={26} stroke={1.6} />}
      title={isNarrowed ? 'None of that kind' : 'Nothing was delivered yet'}
    >
      {isNarrowed
        ? 'No delivery of the last 30 days has this status and type.'
        : 'Deliveries appear here by themselves. A test event shows whether the receiver listens.'}
    </Empty>
  )
}
