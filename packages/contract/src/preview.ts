import { z } from 'zod'
import {
  accountId,
  anyPermission,
  apiKeyId,
  invitationId,
  shownEmail,
  shownName,
  shownType,
  webhookId,
} from './fields.ts'
import type { Operation } from './operation.ts'
import { shownUrl } from './webhooks/fields.ts'

const account = z.object({ id: accountId, name: shownName.person })

const loss = z.object({
  account,
  permissions: z.array(anyPermission).meta({
    description: 'What they would not be permitted any more; empty for whoever only loses what follows',
  }),
  sockets: z.int().meta({ description: 'Their connections to this node that follow the organisation' }),
  invitations: z
    .array(z.object({ id: invitationId, email: shownEmail }))
    .meta({ description: 'Invitations of theirs that would be cancelled' }),
  keys: z.array(z.object({ id: apiKeyId, name: shownName.apiKey })).meta({
    description: 'API keys of their issuing that would do less, or nothing; only for those who manage API keys',
  }),
  webhooks: z
    .array(z.object({ id: webhookId, url: shownUrl }))
    .meta({ description: 'Webhook endpoints of theirs that would be paused until somebody adopts them' }),
})

const gain = z.object({
  account,
  permissions: z.array(anyPermission).meta({ description: 'What they would be permitted besides' }),
})

/** What an operation would do, had it not been asked with `dryRun=true`. */
export const preview = z
  .object({
    dryRun: z.literal(true),
    events: z.array(z.object({ type: shownType, data: z.record(z.string(), z.unknown()) })),
    loses: z.array(loss).meta({ description: 'Who loses something; at most 100 of them' }),
    losing: z.int().meta({ description: 'How many lose something' }),
    gains: z.array(gain).meta({ description: 'Who gains something; at most 100 of them' }),
    gaining: z.int().meta({ description: 'How many gain something' }),
  })
  .meta({ id: 'Preview' })

const dryRun = z
  .enum(['true', 'false'])
  .optional()
  .meta({ description: '`true`: answers what would happen, and changes nothing' })

/** The query that an operation takes: its own, and `dryRun` where it has a preview. */
export function queryOf({ previews }: Operation, own: z.ZodObject | undefined): z.ZodObject | undefined {
  return previews ? (own ?? z.object({})).extend({ dryRun }) : own
}
