import type { Answer } from '@rolecall/contract'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { type Fresh, useFresh } from '../ui/use-fresh.ts'
import { useAskedAtEvents } from './use-endpoints.ts'

/** An endpoint with how far it has come. */
export type PlacedEndpoint = Answer<'webhooks', 'get'>

const everyMs = 2000

/** One endpoint, as it is now. */
export function useEndpoint(webhook: string): Fresh<PlacedEndpoint> {
  const { id: organisation, live } = useOrganisation()
  const endpoint = useFresh(everyMs, (options) => rolecall.webhooks.get({ organisation, webhook }, options))
  useAskedAtEvents(live, endpoint.again)
  return endpoint
}
