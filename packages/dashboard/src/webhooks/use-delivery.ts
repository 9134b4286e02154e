import type { WholeWebhookDelivery } from '@rolecall/contract'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { type Fresh, useFresh } from '../ui/use-fresh.ts'

const everyMs = 2000

/** One delivery with its attempts, as it is now. */
export function useDelivery(webhook: string, delivery: string): Fresh<WholeWebhookDelivery> {
  const { id: organisation } = useOrganisation()
  return useFresh(everyMs, (options) => rolecall.webhooks.delivery({ organisation, webhook, delivery }, options))
}
