import {
  adminOnlyPermissions,
  allPermissions,
  builtInRoleIds,
  builtInRoles,
  isBuiltIn,
  type Permission,
  permissions,
  permissionsOf,
  problem,
} from '@rolecall/contract'
import type { Access } from '../access/access.ts'
import type { AccessModels, MembershipDocument } from '../access/documents.ts'
import type { Me } from '../access/me.ts'
import type { Handlers } from '../http/call.ts'
import { type Snapshot, within } from '../log/tx.ts'
import type { RoleModels } from '../roles/documents.ts'
import * as roles from '../roles/role.ts'

interface Parts {
  readonly models: RoleModels & Pick<AccessModels, 'memberships'>
  readonly access: Access
}

export function createPermissions({ models, access }: Parts): Handlers<'permissions'> {
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

  async function subjectOf(id: string | undefined, me: Me, snapshot: Snapshot): Promise<Subject> {
    if (id === undefined || id === me._id) return { status: 'active', ...me }
    if (!me.permissions.has('member:read')) {
      throw problem('forbidden', { detail: 'Asking about others needs the permission member:read.' })
    }
    const { organisation } = me
    const found = await models.memberships.findOne({ _id: id, organisation }, null, within(snapshot)).lean()
    if (found === null) throw problem('not_found')
    return found
  }

  return {
    catalogue: async () => ({ body: catalogue }),

    mine: async (call) => {
      const { body, seq } = await access.check(call)
      const { member, role, permissions: held } = body
      return { body: { member, role, permissions: [...held.list] }, seq }
    },

    check: (call) =>
      access.readOrganisation(call, async (snapshot, me) => {
        const subject = await subjectOf(call.body.member, me, snapshot)
        const asked = [...new Set(call.body.permissions)]
        const missing = asked.filter((permission) => ruleFor(permission, subject, me).allowed === false)
        return { member: subject._id, allowed: missing.length === 0, missing }
      }),

    explain: (call) =>
      access.readOrganisation(call, async (snapshot, me) => {
        const { permission } = call.body
        const subject = await subjectOf(call.body.member, me, snapshot)
        const all = await roles.all(models, snapshot, me.organisation, me.grants)
        const role = all.find(({ id }) => id === subject.role)
        if (role === undefined) throw new Error(`the role ${subject.role} does not exist`)
        return {
          member: subject._id,
          permission,
          ...ruleFor(permission, subject, me),
          role: { id: role.id, name: role.name },
          reason: sentences[ruleFor(permission, subject, me).rule](permission, role.name),
          roles: all.filter((one) => one.permissions.includes(permission)).map(({ id, name }) => ({ id, name })),
        }
      }),
  }
}

/** Whom is asked about: a member, or the caller, who may be an API key. */
type Subject = Pick<MembershipDocument, '_id' | 'role' | 'status'>

/** Which rule decides, of those that there are. */
function ruleFor(permission: Permission, { _id, role, status }: Subject, me: Me) {
  const { grants } = me
  if (status !== 'active') return { allowed: false, rule: 'suspended' } as const
  if (!grants.permissionsOf(role).has(permission)) return { allowed: false, rule: 'role_lacks' } as const
  if (_id === me._id && !me.permissions.has(permission)) return { allowed: false, rule: 'issuer_lacks' } as const
  const isBySetting = isBuiltIn(role) && !permissionsOf(role).includes(permission)
  return { allowed: true, rule: isBySetting ? 'setting_permits' : 'role_permits' } as const
}

const sentences = {
  role_permits: (permission, role) => `The role ${role} holds ${permission}.`,
  setting_permits: (permission, role) =>
    `The organisation’s setting developersSeeMembers gives ${permission} to the role ${role}.`,
  role_lacks: (permission, role) => `The role ${role} does not hold ${permission}.`,
  issuer_lacks: (permission, role) =>
    `The role ${role} holds ${permission}, but whoever has issued this API key may not grant it any more.`,
  suspended: () => 'The membership is suspended: no permission is in effect until it is resumed.',
} satisfies Record<ReturnType<typeof ruleFor>['rule'], (permission: Permission, role: string) => string>
