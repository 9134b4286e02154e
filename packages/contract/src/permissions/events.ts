import { z } from 'zod'
import type { EventDefinitions } from '../event.ts'
import { anyPermission, role } from '../fields.ts'
import { declared } from './own.ts'

export const permissionEvents = {
  'permissions.declared': {
    audience: 'organisation:read',
    summary: 'The organisation has other permissions of its own, and its roles may permit something else',
    data: z.object({
      before: z.array(declared).meta({ description: 'Those that are no more, and those that are otherwise now' }),
      after: z.array(declared).meta({ description: 'Those that are new, and those that were otherwise before' }),
      roles: z
        .array(z.object({ role, permissions: z.array(anyPermission) }))
        .meta({ description: 'The roles that permit something else from here on, with all that they permit' }),
    }),
  },
} as const satisfies EventDefinitions
