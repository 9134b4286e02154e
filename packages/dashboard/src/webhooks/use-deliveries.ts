import type { WebhookDelivery } from '@rolecall/contract'
import type { ListPage, RolecallError } from '@rolecall/sdk'
import { useEffect, useState } from 'react'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { type Action, useAction } from '../ui/use-action.ts'
import { useFresh } from '../ui/use-fresh.ts'
import type { DeliveryFilter } from './delivery-filter.ts'

export interface Deliveries {
  /** The newest first; undefined until they were read. */
  readonly rows: readonly WebhookDelivery[] | undefined
  readonly error: RolecallError | undefined
  /** Reads on below; undefined where that is all. */
  readonly older: Action<[]> | undefined
}

interface Known {
  readonly rows: readonly WebhookDelivery[]
  readonly next: string | undefined
}

const everyMs = 2000
const limit = 50

/** The record of an endpoint: its newest page anew every two seconds, and as many older ones as were asked for. */
export function useDeliveries(webhook: string, filter: DeliveryFilter): Deliveries {
  const { id: organisation } = useOrganisation()
  const request = { organisation, webhook, limit, ...filter }
  const { answer: newest, error } = useFresh(everyMs, (options) => rolecall.webhooks.deliveries(request, options))
  const [known, setKnown] = useState<Known>()
  useEffect(() => {
    if (newest !== undefined) setKnown((before) => withNewest(before, newest))
  }, [newest])

  const next = known?.next
  const older = useAction(async () => {
    if (next === undefined) return
    const page = await rolecall.webhooks.deliveries({ ...request, after: next })
    setKnown((before) => before && (before.next === next ? withOlder(before, page) : before))
  })
  return { rows: known?.rows, error, older: next === undefined ? undefined : older }
}

/** Rows below the newest page stay, where it reaches down to them; else something would be missing between. */
function withNewest(before: Known | undefined, page: ListPage<WebhookDelivery>): Known {
  const last = page.data.at(-1)
  const isWhole = page.next === undefined || last === undefined
  const meets = before?.rows.some(({ id }) => page.data.some((row) => row.id === id)) === true
  if (isWhole || !meets || before === undefined) return { rows: page.data, next: page.next }
  const below = before.rows.filter(({ event }) => event.seq < last.event.seq)
  return { rows: [...page.data, ...below], next: below.length === 0 ? page.next : before.next }
}

function withOlder(before: Known, page: ListPage<WebhookDelivery>): Known {
  return { rows: [...before.rows, ...page.data], next: page.next }
}
