import { accounts } from './accounts/operations.ts'
import { apiKeys } from './api-keys/operations.ts'
import { applications } from './applications/operations.ts'
import { billing, invoices } from './billing/operations.ts'
import { events } from './events/operations.ts'
import { invitations } from './invitations/operations.ts'
import { members } from './members/operations.ts'
import type { Operations } from './operation.ts'
import { organisations } from './organisations/operations.ts'
import { permissionOperations } from './permissions/operations.ts'
import { repositories } from './repositories/operations.ts'
import { roles } from './roles/operations.ts'
import { sessions } from './sessions/operations.ts'
import { tokens } from './tokens/operations.ts'
import { webhooks } from './webhooks/operations.ts'

/** Every operation of the API, by feature. */
export const operations = {
  accounts,
  sessions,
  organisations,
  members,
  invitations,
  roles,
  permissions: permissionOperations,
  events,
  webhooks,
  applications,
  repositories,
  tokens,
  apiKeys,
  billing,
  invoices,
} as const satisfies Record<string, Operations>

export type Features = typeof operations
export type Feature = keyof Features
