import type { WebhookDelivery } from '@rolecall/contract'
import type { ListPage, RolecallError } from '@rolecall/sdk'
import { useEffect, useRef, useState } from 'react'
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

/** A page that was read on below: where it begins, and the event above it. */
interface Below {
  readonly after: string
  readonly under: number
}

interface Known {
  readonly rows: readonly WebhookDelivery[]
  readonly next: string | undefined
  readonly below: readonly Below[]
}

const everyMs = 2000
const limit = 50

/**
 * The record of an endpoint: its newest page anew every two seconds, and with it one of the older ones that were asked
 * for, by turns: what is tried again may stand anywhere.
 */
export function useDeliveries(webhook: string, filter: DeliveryFilter): Deliveries {
  const { id: organisation } = useOrganisation()
  const request = { organisation, webhook, limit, ...filter }
  const [known, setKnown] = useState<Known>()
  const below = useRef<Known['below']>([])
  below.current = known?.below ?? []
  const turn = useRef(0)

  const { answer, error } = useFresh(everyMs, async (options) => {
    turn.current += 1
    const place = below.current[turn.current % Math.max(1, below.current.length)]
    const [newest, page] = await Promise.all([
      rolecall.webhooks.deliveries(request, options),
      place && rolecall.webhooks.deliveries({ ...request, after: place.after }, options),
    ])
    return { newest, older: place && page && { place, page } }
  })
  useEffect(() => {
    if (answer !== undefined) setKnown((before) => withFresh(before, answer))
  }, [answer])

  const next = known?.next
  const older = useAction(async () => {
    const under = known?.rows.at(-1)?.event.seq
    if (next === undefined || under === undefined) return
    const page = await rolecall.webhooks.deliveries({ ...request, after: next })
    const place = { after: next, under }
    setKnown((before) =>
      before?.next === next ? withPage({ ...before, below: [...before.below, place] }, page, under) : before,
    )
  })
  return { rows: known?.rows, error, older: next === undefined ? undefined : older }
}

type Page = ListPage<WebhookDelivery>

/** Rows below the newest page stay, where it reaches down to them; else something would be missing between. */
function withFresh(
  before: Known | undefined,
  { newest, older }: { newest: Page; older: { place: Below; page: Page } | undefined },
): Known {
  const meets = before?.rows.some(({ id }) => newest.data.some((row) => row.id === id)) === true
  if (before === undefined || !meets) return { rows: newest.data, next: newest.next, below: [] }
  const known = withPage(before, newest, Number.POSITIVE_INFINITY)
  return older !== undefined && before.below.includes(older.place)
    ? withPage(known, older.page, older.place.under)
    : known
}

/** With a page in place of what was known of its stretch of the log. */
function withPage({ rows, next, below }: Known, page: Page, under: number): Known {
  const last = page.next === undefined ? undefined : page.data.at(-1)
  const above = rows.filter(({ event }) => event.seq >= under)
  const rest = rows.filter(({ event }) => last !== undefined && event.seq < last.event.seq)
  return { rows: [...above, ...page.data, ...rest], next: rest.length === 0 ? page.next : next, below }
}
