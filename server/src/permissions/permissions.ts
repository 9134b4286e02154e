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
    mine: (call) =>
      access.readOrganisation(call, async (_snapshot, { _id, role }) => ({
        member: _id,
        role,
        permissions: [...permissionsOf(role)],
      })),
  }
}
