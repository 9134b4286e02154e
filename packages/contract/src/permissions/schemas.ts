import { z } from 'zod'
import { anyPermission, memberId, permission, role, shownDescription, shownName } from '../fields.ts'
import type { SchemasFor } from '../operation.ts'
import { allPermissions, maxOwnPermissions } from '../permissions.ts'
import type { permissionOperations } from './operations.ts'
import { declarable, declared } from './own.ts'

const member = z
  .string()
  .max(64)
  .optional()
  .meta({ description: 'Whom it is about; oneself where it is absent', example: 'mem_01k9zzzzzzzzzzzzzzzzzzzzzz' })

const own = memberId.meta({ description: 'One’s membership; of an API key its own id' })

/** Which rule decides whether a member may. */
const rule = z
  .enum(['role_permits', 'setting_permits', 'role_lacks', 'issuer_lacks', 'not_declared', 'suspended'])
  .meta({
    description:
      'role_permits and role_lacks: by what the role permits; setting_permits: the setting developersSeeMembers gives it; issuer_lacks: the role of an API key permits it, and its issuer may not grant it any more; not_declared: the organisation has declared no such permission, so nobody holds it; suspended: access rests, whatever the role permits',
  })

const ownPermissions = z.array(declared).meta({ description: 'By name' })

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
  mine: { answer: z.object({ member: own, role, permissions: z.array(anyPermission) }) },
  check: {
    body: z.strictObject({
      permissions: z
        .array(anyPermission)
        .min(1)
        .max(allPermissions.length + maxOwnPermissions)
        .meta({ description: 'One that the organisation has not declared is held by nobody' }),
      member,
    }),
    answer: z.object({
      member: memberId,
      allowed: z.boolean().meta({ description: 'Whether all of them are held' }),
      missing: z.array(anyPermission),
    }),
  },
  explain: {
    body: z.strictObject({ permission: anyPermission, member }),
    answer: z.object({
      member: memberId,
      permission: anyPermission,
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
  declared: { answer: z.object({ permissions: ownPermissions }) },
  declare: {
    body: z.strictObject({
      permissions: z
        .array(declarable)
        .max(maxOwnPermissions)
        .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'must not name a permission twice'),
    }),
    answer: z.object({ permissions: ownPermissions }),
  },
} satisfies SchemasFor<typeof permissionOperations>
