import { z } from 'zod'
import { maxListed } from '../bounds.ts'
import { anyPermission, description, ownPermission, role as roleId, roleName, shownName, whole } from '../fields.ts'
import type { SchemasFor } from '../operation.ts'
import { adminOnlyPermissions, allPermissions, builtInRoleIds, maxOwnPermissions } from '../permissions.ts'
import type { roles } from './operations.ts'

/** A role in an organisation. */
export const role = z
  .object({
    id: roleId,
    name: shownName.role,
    description: z.string().meta({ example: 'Helps customers.' }),
    permissions: z.array(anyPermission),
    builtIn: z.boolean().meta({ example: false }),
  })
  .meta({ id: 'Role' })

const composable = allPermissions.filter((one) => !adminOnlyPermissions.includes(one))
const permissions = z
  .array(z.union([z.enum(composable), ownPermission], 'must be a permission that a custom role may hold'))
  .max(allPermissions.length + maxOwnPermissions)
  .meta({
    description:
      'What these imply is added, as is organisation:read. Permissions of the organisation’s own must be declared',
  })

export const roleSchemas = {
  list: { answer: whole(role, builtInRoleIds.length + maxListed.customRoles) },
  create: { body: z.strictObject({ name: roleName, description: description.default(''), permissions }), answer: role },
  update: {
    body: z.strictObject({
      name: roleName.optional(),
      description: description.optional(),
      permissions: permissions.optional(),
    }),
    answer: role,
  },
  delete: {
    query: z.object({
      replacement: roleId.optional().meta({ description: 'The role that those who hold it get' }),
    }),
  },
} satisfies SchemasFor<typeof roles>
