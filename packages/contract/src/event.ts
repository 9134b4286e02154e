import { z } from 'zod'
import {
  accountId,
  after,
  eventId,
  limit,
  organisationId,
  sha256,
  shownCursor,
  shownName,
  shownType,
  timestamp,
  typePatterns,
} from './fields.ts'
import { allPermissions, type Permission } from './permissions.ts'

/**
 * Who may see an event: holders of one permission in the organisation, or, in an account’s own log, its owner.
 * What only some readers may know is another event, not another field.
 */
export type Audience = Permission | 'self'

export interface EventDefinition<Data extends z.ZodObject = z.ZodObject> {
  readonly audience: Audience
  readonly summary: string
  readonly data: Data
}

export type EventDefinitions = Readonly<Record<`${string}.${string}`, EventDefinition>>

export const actor = z.object({
  kind: z.enum(['account', 'key', 'system']),
  id: accountId.meta({
    description:
      'The account’s id, or the API key’s; `system` for the server itself, `operator` for the platform’s operator',
  }),
  name: shownName.person,
})

/** The envelope, the same over HTTP and live. `seq` counts up by one within a log; `cursor` reads on after this event. */
export const anyEvent = z
  .object({
    id: eventId,
    log: organisationId.meta({ description: 'Id of the organisation or account whose log this is' }),
    seq: z.int().min(1),
    type: shownType,
    at: timestamp,
    actor,
    audience: z.enum([...allPermissions, 'self']),
    data: z.record(z.string(), z.unknown()),
    affects: z.array(accountId).meta({ description: 'Accounts and API keys whose access this event changes' }),
    hash: sha256.meta({ description: 'SHA-256 over the previous hash and this event, hexadecimal' }),
    cursor: shownCursor,
  })
  .meta({ id: 'Event' })

export type AnyEvent = z.output<typeof anyEvent>

export const eventsQuery = z.object({
  after,
  order: z
    .enum(['asc', 'desc'])
    .default('asc')
    .meta({ description: 'From the oldest on, or from the newest back; `after` means further on in that direction' }),
  type: typePatterns.optional(),
  actor: z.string().max(64).optional().meta({ description: 'Only events by this actor’s id' }),
  subject: z.string().max(64).optional().meta({
    description: 'Only events about this: the id of a member, an account, a role, an invitation, a webhook …',
  }),
  since: timestamp.optional().meta({ description: 'Only events of this time or later' }),
  until: timestamp.optional().meta({ description: 'Only events before this time' }),
  limit,
})
