import {
  adminOnlyPermissions,
  allPermissions,
  builtInRoleIds,
  builtInRoles,
  permissions,
  permissionsOf,
} from '@rolecall/contract'
import type { Access } from '../access/access.ts'
import type { Handlers } from '../http/call.ts'

export function createPermissions({ access }: { access: Access }): Handlers<'permissions'> {
  const catalogue = {
    permissions: allPermissions.map((id) => ({
      id,
      description: permissions[id],
      adminOnly: adminOnlyPermissions.includes(id),
    })),
    roles: builtInRoleIds.map((id) => {
      const { name, description } = builtInRoles[id]
      return { id, name, description, permissions: [...permissionsOf(id)] }
    }),
  }

  return {
    catalogue: async () => ({ body: catalogue }),
    mine: async (call) => {
      const { body, seq } = await access.check(call)
      const { member, role } = body
      return { body: { member, role, permissions: [...permissionsOf(role)] }, seq }
    },
  }
}
