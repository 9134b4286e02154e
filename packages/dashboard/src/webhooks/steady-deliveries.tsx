import type { Webhook, WebhookDelivery } from '@rolecall/contract'
import { useState } from 'react'
import { DeliveryList } from './delivery-list.tsx'
import classes from './steady-deliveries.module.css'

/** Deliveries that hold still under the pointer: what comes meanwhile waits, so that no other one gets under it. */
export function SteadyDeliveries({ endpoint, rows }: { endpoint: Webhook; rows: readonly WebhookDelivery[] }) {
  // The one that was the first when the pointer came.
  const [first, setFirst] = useState<string>()
  const place = rows.findIndex(({ id }) => id === first)
  const waiting = Math.max(0, place)
  return (
    <>
      <p className={classes.waiting} role="status">
        {waiting > 0 && `${waiting} new`}
      </p>
      <div onPointerEnter={() => setFirst(rows[0]?.id)} onPointerLeave={() => setFirst(undefined)}>
        <DeliveryList endpoint={endpoint} rows={rows.slice(waiting)} read={rows.length} />
      </div>
    </>
  )
}
