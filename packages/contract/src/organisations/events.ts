import { z } from 'zod'
import type { EventDefinitions } from '../event.ts'
import { anyPermission, heldRole, organisationId, shownDescription, shownName, timestamp } from '../fields.ts'

const named = z.object({ name: shownName.organisation })
const described = z.object({ description: shownDescription })
const settings = z.object({ developersSeeMembers: z.boolean() })

export const organisationEvents = {
  'organisation.created': {
    audience: 'organisation:read',
    summary: 'The organisation was created',
    data: z.object({
      organisation: z.object({ id: organisationId, name: shownName.organisation, personal: z.boolean() }),
    }),
  },
  'organisation.renamed': {
    audience: 'organisation:read',
    summary: 'The organisation has another name',
    data: z.object({ before: named, after: named }),
  },
  'organisation.described': {
    audience: 'organisation:read',
    summary: 'The organisation has another description',
    data: z.object({ before: described, after: described }),
  },
  'organisation.settings_changed': {
    audience: 'organisation:read',
    summary: 'The organisation lets its Developers see its members, or does so no more',
    data: z.object({
      before: settings,
      after: settings,
      developer: z
        .object({ permissions: z.array(anyPermission) })
        .meta({ description: 'What the role Developer permits from here on' }),
    }),
  },
  'organisation.deleted': {
    audience: 'organisation:read',
    summary: 'The organisation was deleted; everyone’s access ends',
    data: z.object({
      organisation: z.object({ id: organisationId, name: shownName.organisation }),
      reason: z.enum(['deleted', 'account_deleted']),
      nameHeldUntil: timestamp,
    }),
  },
  'organisation.restored': {
    audience: 'organisation:read',
    summary: 'The organisation is back; its members have access again',
    data: z.object({
      organisation: z.object({ id: organisationId, name: shownName.organisation }),
      roles: z
        .array(z.object(heldRole))
        .meta({ description: 'What the roles permit that are not built in, or not as they come' }),
    }),
  },
} as const satisfies EventDefinitions
