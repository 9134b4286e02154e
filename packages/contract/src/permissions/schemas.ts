import { z } from 'zod'
import { memberId, permission, role, shownDescription, shownName } from '../fields.ts'
import type { SchemasFor } from '../operation.ts'
import { allPermissions } from '../permissions.ts'
import type { permissionOperations } from './operations.ts'

const member = z
  .string()
  .max(64)
  .optional()
  .meta({ description: 'Whom it is about; oneself where it is absent', example: 'mem_01k9zzzzzzzzzzzzzzzzzzzzzz' })

const own = memberId.meta({ description: 'One’s membership; of an API key its own id' })

/** Which rule decides whether a member may. */
const rule = z.enum(['role_permits', 'setting_permits', 'role_lacks', 'issuer_lacks', 'suspended']).meta({
  description:
    'role_permits and role_lacks: by what the role permits; setting_permits: the setting developersSeeMembers gives it; issuer_lacks: the role of an API key permits it, and its issuer may not grant it any more; suspended: access rests, whatever the role permits',
})

export const permissionSchemas = {
  catalogue: {
    answer: z.object({
      permissions: z.array(
        z.object({
          id: permission,
          description: z.string().meta({ example: 'See the members' }),
          adminOnly: z.boolean(),
        }),
      ),
      roles: z.array(
        z.object({ id: role, name: shownName.role, description: shownDescription, permissions: z.array(permission) }),
      ),
    }),
  },
  mine: { answer: z.object({ member: own, role, permissions: z.array(permission) }) },
  check: {
    body: z.strictObject({ permissions: z.array(permission).min(1).max(allPermissions.length), member }),
    answer: z.object({
      member: memberId,
      allowed: z.boolean().meta({ description: 'Whether all of them are held' }),
      missing: z.array(permission),
    }),
  },
  explain: {
    body: z.strictObject({ permission, member }),
    answer: z.object({
      member: memberId,
      permission,
      allowed: z.boolean(),
      rule,
      role: z.object({ id: role, name: shownName.role }),
      reason: z
        .string()
        .meta({ description: 'The same in a sentence', example: 'The role Support does not permit it.' }),
      roles: z
        .array(z.object({ id: role, name: shownName.role }))
        .meta({ description: 'The roles of the organisation that hold the permission' }),
    }),
  },
} satisfies SchemasFor<typeof permissionOperations>
