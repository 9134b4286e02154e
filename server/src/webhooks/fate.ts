import { type EventData, matchesType } from '@rolecall/contract'
import type { Held } from '../access/table.ts'
import type { EventDocument } from '../log/documents.ts'
import type { WebhookDocument } from './documents.ts'

/** What becomes of an event at an endpoint: `withhold` is for this event, `owner_lost` ends all. */
export type Fate = 'send' | 'withhold' | 'owner_lost'

/**
 * Asked right before each request goes out, for first tries and later ones alike, by what the owner holds at that
 * moment. `isAskedFor`: somebody wants this very event delivered again, whatever the endpoint gets by now.
 */
export function fateOf(
  webhook: Pick<WebhookDocument, '_id' | 'types'>,
  event: Pick<EventDocument, 'type' | 'audience' | 'data'>,
  { held, isAskedFor }: { readonly held: Held | undefined; readonly isAskedFor: boolean },
): Fate {
  if (held === undefined || !held.permissions.has('webhook:manage')) return 'owner_lost'
  if (event.audience === 'self' || !held.permissions.has(event.audience)) return 'withhold'
  return isAskedFor || isWanted(webhook, event) ? 'send' : 'withhold'
}

function isWanted(
  { _id, types }: Pick<WebhookDocument, '_id' | 'types'>,
  { type, data }: Pick<EventDocument, 'type' | 'data'>,
): boolean {
  if (type === 'webhook.tested') return (data as EventData<'webhook.tested'>).webhook.id === _id
  return matchesType(types, type)
}
