import { z } from 'zod'
import type { EventDefinitions } from '../event.ts'
import { anyPermission, customRoleId, heldRole, shownName } from '../fields.ts'
import { role } from './schemas.ts'

const named = z.object({ id: customRoleId, name: shownName.role })
const composed = z.object({
  name: shownName.role,
  description: role.shape.description,
  permissions: z.array(anyPermission),
})

export const roleEvents = {
  'role.created': {
    audience: 'organisation:read',
    summary: 'The organisation has another role',
    data: z.object({ role: role.extend({ id: customRoleId }) }),
  },
  'role.updated': {
    audience: 'organisation:read',
    summary: 'A role has another name, or permits something else to all who hold it',
    data: z.object({ role: named, before: composed, after: composed }),
  },
  'role.deleted': {
    audience: 'organisation:read',
    summary: 'A role is no more; all who held it have `replacement` from here on',
    data: z.object({ role: named, replacement: z.object(heldRole).optional() }),
  },
} as const satisfies EventDefinitions
