import { z } from 'zod'
import { memberId, role } from '../fields.ts'
import type { SchemasFor } from '../operation.ts'
import { allPermissions } from '../permissions.ts'
import type { permissionOperations } from './operations.ts'

const permission = z.enum(allPermissions).meta({ id: 'Permission' })

export const permissionSchemas = {
  catalogue: {
    answer: z.object({
      permissions: z.array(z.object({ id: permission, description: z.string(), adminOnly: z.boolean() })),
      roles: z.array(
        z.object({ id: role, name: z.string(), description: z.string(), permissions: z.array(permission) }),
      ),
    }),
  },
  mine: { answer: z.object({ member: memberId, role, permissions: z.array(permission) }) },
} satisfies SchemasFor<typeof permissionOperations>
