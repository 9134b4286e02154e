import { type EventData, matchesType } from '@rolecall/contract'
import { trusted } from 'mongoose'
import { accessChangeOf } from '../access/changes.ts'
import type { EventDocument } from '../log/documents.ts'
import type { WebhookDocument, WebhookModels } from './documents.ts'

/** Which endpoints of an organisation get something. In memory, since each event of any organisation asks. */
export interface Enabled {
  /**
   * Calls with each endpoint that has to do with an event: because it gets it, because it is about the endpoint, or
   * because it changes what the owner may. At once where the endpoints are known, else once they have been read. The
   * others pass the event by when they are woken next.
   */
  concerned(event: EventDocument, call: (id: string) => void): void
  forget(organisation: string): void
  clear(): void
}

/** What decides which events have to do with an endpoint. */
export type Endpoint = Pick<WebhookDocument, '_id' | 'types' | 'owner'>

interface Entry {
  /** Undefined while they are being read. */
  endpoints: readonly Endpoint[] | undefined
  /** What came until then. */
  readonly events: EventDocument[]
}

const remembered = 10_000

/** `onFailure` hears where they could not be read, and nobody was called. */
export function createEnabled(
  { webhooks }: Pick<WebhookModels, 'webhooks'>,
  onFailure: (error: unknown) => void,
): Enabled {
  /** The organisation that was read longest ago first. */
  const known = new Map<string, Entry>()

  async function read(organisation: string, entry: Entry, call: (id: string) => void): Promise<void> {
    const enabled = { organisation, stopped: trusted({ $exists: false }) }
    const endpoints = await webhooks.find(enabled, { types: 1, owner: 1 }).lean<Endpoint[]>()
    entry.endpoints = endpoints
    for (const event of entry.events.splice(0)) for (const id of concernedOf(endpoints, event)) call(id)
  }

  return {
    concerned(event, call) {
      const { log: organisation } = event
      const entry = known.get(organisation)
      if (entry?.endpoints !== undefined) {
        for (const id of concernedOf(entry.endpoints, event)) call(id)
        return
      }
      if (entry !== undefined) {
        entry.events.push(event)
        return
      }
      const fresh: Entry = { endpoints: undefined, events: [event] }
      known.set(organisation, fresh)
      const [oldest] = known.keys()
      if (known.size > remembered && oldest !== undefined) known.delete(oldest)
      read(organisation, fresh, call).catch((error: unknown) => {
        if (known.get(organisation) === fresh) known.delete(organisation)
        onFailure(error)
      })
    },
    forget(organisation) {
      known.delete(organisation)
    },
    clear() {
      known.clear()
    },
  }
}

/** Those of the endpoints of an event’s organisation that it has to do with. */
export function concernedOf(endpoints: readonly Endpoint[], event: EventDocument): readonly string[] {
  if (endpoints.length === 0) return []
  const change = accessChangeOf(event)
  const about = event.type.startsWith('webhook.') ? (event.data as EventData<'webhook.deleted'>).webhook.id : undefined
  const isConcerned = ({ _id, types, owner }: Endpoint) => {
    if (_id === about || matchesType(types, event.type)) return true
    return change !== undefined && (!('account' in change) || change.account === owner.id)
  }
  return endpoints.filter(isConcerned).map(({ _id }) => _id)
}
