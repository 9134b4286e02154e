import type { WebhookDelivery } from '@rolecall/contract'
import { useSearchParams } from 'react-router'
import { deliveryStatuses } from './delivery-status.ts'

/** What the record of deliveries is narrowed to. */
export interface DeliveryFilter {
  readonly status?: WebhookDelivery['status']
  /** A type of events, or all of a noun (`member.*`). */
  readonly type?: string
}

/** The filter stands in the address, so that a link shows the same, and so does the way back from a delivery. */
export function useDeliveryFilter(): [DeliveryFilter, (filter: DeliveryFilter) => void] {
  const [parameters, setParameters] = useSearchParams()
  const status = deliveryStatuses.find((one) => one === parameters.get('status'))
  const type = parameters.get('type')
  const filter = { ...(status === undefined ? {} : { status }), ...(type === null ? {} : { type }) }
  return [filter, (chosen) => setParameters({ ...chosen }, { replace: true })]
}
