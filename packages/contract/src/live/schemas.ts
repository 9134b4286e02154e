import { z } from 'zod'
import { anyPermission, organisationId, role, shownCursor, timestamp } from '../fields.ts'
import type { Access, Position, Reconnect, Resync, Revoked, ServerToClient, Subscription } from './messages.ts'

const organisation = organisationId.max(64)
const accessToken = z.string().max(4096).meta({ example: 'eyJhbGciOiJFUzI1NiJ9.e30.c2lnbmF0dXJl' })

/** What a client may send over a socket, checked as strictly as a request’s body. */
export const liveRequests = {
  // Of any length that a message can have: a cursor that cannot be one is answered with `resync`, not refused.
  subscribe: z.strictObject({ organisation, cursor: z.string().optional() }),
  unsubscribe: z.strictObject({ organisation }),
  authenticate: z.strictObject({ token: accessToken }),
  confirm: z.strictObject({}),
} as const

const held = { role, permissions: z.array(anyPermission) }
const seq = z.int().meta({ description: 'Position in the organisation’s log' })

/** With what each is acknowledged, where it is not a problem. */
export const liveAnswers = {
  subscribe: z.object({ cursor: shownCursor, ...held }) satisfies z.ZodType<Subscription>,
  unsubscribe: z.object({}),
  authenticate: z.object({ expiresAt: timestamp }),
  confirm: z.object({}),
} as const satisfies Record<keyof typeof liveRequests, z.ZodType>

/** What the server sends besides events. */
export const liveMessages = {
  access: z.object({ organisation: organisationId, seq, ...held }) satisfies z.ZodType<Access>,
  revoked: z.object({
    organisation: organisationId,
    seq,
    reason: z.enum([
      'removed',
      'left',
      'suspended',
      'organisation_deleted',
      'account_deleted',
      'key_revoked',
      'key_expired',
      'issuer_lost',
    ]),
  }) satisfies z.ZodType<Revoked>,
  position: z.object({ organisation: organisationId, cursor: shownCursor }) satisfies z.ZodType<Position>,
  resync: z.object({
    organisation: organisationId,
    reason: z.enum(['cursor_invalid', 'cursor_from_future', 'cursor_before_membership']),
  }) satisfies z.ZodType<Resync>,
  reconnect: z.object({ withinMs: z.int() }) satisfies z.ZodType<Reconnect>,
} as const satisfies Record<Exclude<keyof ServerToClient, 'event'>, z.ZodType>
