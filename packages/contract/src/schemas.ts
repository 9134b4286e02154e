/** What is sent and shown, as zod schemas: for the server, OpenAPI and tests. A client needs only the types. */
import type { z } from 'zod'
import { accountEvents } from './accounts/events.ts'
import { accountSchemas } from './accounts/schemas.ts'
import { apiKeyEvents } from './api-keys/events.ts'
import { apiKeySchemas } from './api-keys/schemas.ts'
import { applicationEvents } from './applications/events.ts'
import { applicationSchemas } from './applications/schemas.ts'
import { billingEvents } from './billing/events.ts'
import { billingSchemas, invoiceSchemas } from './billing/schemas.ts'
import type { EventDefinitions } from './event.ts'
import { eventSchemas } from './events/schemas.ts'
import { invitationEvents } from './invitations/events.ts'
import { invitationSchemas } from './invitations/schemas.ts'
import { memberEvents } from './members/events.ts'
import { memberSchemas } from './members/schemas.ts'
import type { SchemasFor } from './operation.ts'
import type { Features } from './operations.ts'
import { organisationEvents } from './organisations/events.ts'
import { organisationSchemas } from './organisations/schemas.ts'
import { permissionSchemas } from './permissions/schemas.ts'
import { repositoryEvents } from './repositories/events.ts'
import { repositorySchemas } from './repositories/schemas.ts'
import { roleEvents } from './roles/events.ts'
import { roleSchemas } from './roles/schemas.ts'
import { sessionEvents } from './sessions/events.ts'
import { sessionSchemas } from './sessions/schemas.ts'
import { tokenEvents } from './tokens/events.ts'
import { tokenSchemas } from './tokens/schemas.ts'
import { webhookEvents } from './webhooks/events.ts'
import { webhookSchemas } from './webhooks/schemas.ts'

export const schemas = {
  accounts: accountSchemas,
  sessions: sessionSchemas,
  organisations: organisationSchemas,
  members: memberSchemas,
  invitations: invitationSchemas,
  roles: roleSchemas,
  permissions: permissionSchemas,
  events: eventSchemas,
  webhooks: webhookSchemas,
  applications: applicationSchemas,
  repositories: repositorySchemas,
  tokens: tokenSchemas,
  apiKeys: apiKeySchemas,
  billing: billingSchemas,
  invoices: invoiceSchemas,
} satisfies { [Feature in keyof Features]: SchemasFor<Features[Feature]> }

export const eventDefinitions = {
  ...organisationEvents,
  ...memberEvents,
  ...invitationEvents,
  ...roleEvents,
  ...webhookEvents,
  ...applicationEvents,
  ...repositoryEvents,
  ...billingEvents,
  ...apiKeyEvents,
  ...accountEvents,
  ...sessionEvents,
  ...tokenEvents,
} as const satisfies EventDefinitions

export type EventType = keyof typeof eventDefinitions
export type EventData<Type extends EventType> = z.output<(typeof eventDefinitions)[Type]['data']>

export { account } from './accounts/schemas.ts'
export { apiKey } from './api-keys/schemas.ts'
export { application } from './applications/fields.ts'
export { billingDetails, invoice, invoiceSummary } from './billing/fields.ts'
export * from './event.ts'
export { unprintable } from './fields.ts'
export { invitation } from './invitations/fields.ts'
export { receivedInvitation } from './invitations/schemas.ts'
export * from './live/schemas.ts'
export { member } from './members/schemas.ts'
export { organisation } from './organisations/schemas.ts'
export { preview, queryOf } from './preview.ts'
export { commit } from './repositories/fields.ts'
export { repository } from './repositories/schemas.ts'
export { role } from './roles/schemas.ts'
export { session, sessionInfo } from './sessions/fields.ts'
export { accessToken } from './tokens/schemas.ts'
export { attempt, delivery, webhook, wholeDelivery } from './webhooks/fields.ts'
