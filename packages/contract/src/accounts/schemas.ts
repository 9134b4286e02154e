import { z } from 'zod'
import { anyEvent, eventsQuery } from '../event.ts'
import {
  accountId,
  accountName,
  email,
  memberId,
  newPassword,
  organisationId,
  page,
  password,
  role,
  shownEmail,
  shownName,
  timestamp,
} from '../fields.ts'
import type { SchemasFor } from '../operation.ts'
import { organisation } from '../organisations/schemas.ts'
import { refreshCookie, session, sessionInfo } from '../sessions/fields.ts'
import { accessToken } from '../tokens/schemas.ts'
import type { accounts } from './operations.ts'

export const account = z
  .object({
    id: accountId,
    email: shownEmail,
    emailVerified: z.boolean().meta({ description: 'Whether mails to the address have been shown to arrive' }),
    name: shownName.person,
    createdAt: timestamp,
  })
  .meta({ id: 'Account' })

const token = z
  .string()
  .min(1)
  .max(512)
  .meta({ description: 'From the link in the mail', example: 'rvt_Zm9yIGV4YW1wbGUgb25seQ' })
const sentTo = z.object({ email: shownEmail.meta({ description: 'Where the mail goes' }) })

/** All that is kept of an account. */
const accountExport = z
  .object({
    exportedAt: timestamp,
    account,
    sessions: z.array(sessionInfo),
    tokens: z.array(accessToken),
    memberships: z
      .array(
        z.discriminatedUnion('status', [
          z.object({
            id: memberId,
            organisation: z.object({ id: organisationId, name: shownName.organisation }),
            role,
            status: z.literal('active'),
            since: timestamp,
          }),
          z.object({
            id: memberId,
            organisation: z.object({ id: organisationId }),
            status: z.literal('suspended'),
            since: timestamp,
          }),
        ]),
      )
      .meta({ description: 'Of a suspended one nothing that the organisation has changed: to it one is an outsider' }),
    events: z.array(anyEvent).meta({ description: 'The whole of one’s own log' }),
  })
  .meta({ id: 'AccountExport' })

export const accountSchemas = {
  create: {
    body: z.strictObject({ email, name: accountName, password: newPassword, cookie: refreshCookie }),
    answer: z.object({ account, organisation, session }),
  },
  read: { answer: account },
  update: { body: z.strictObject({ name: accountName }), answer: account },
  changePassword: { body: z.strictObject({ password, newPassword }) },
  delete: { body: z.strictObject({ password }) },
  sendVerification: { answer: sentTo },
  verifyEmail: { body: z.strictObject({ token }) },
  changeEmail: { body: z.strictObject({ email, password }), answer: sentTo },
  requestPasswordReset: { body: z.strictObject({ email }), answer: z.object({}) },
  resetPassword: { body: z.strictObject({ token, newPassword }) },
  export: { answer: accountExport },
  events: { query: eventsQuery.omit({ actor: true, subject: true }), answer: page(anyEvent) },
} satisfies SchemasFor<typeof accounts>
