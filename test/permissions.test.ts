import {
  type AnyPermission,
  adminOnlyPermissions,
  allPermissions,
  type BuiltInRole,
  builtInRoleIds,
  canAssign,
  completed,
  type Feature,
  isBuiltIn,
  operations,
  type Permission,
  permissionsOf,
  type RoleGrant,
  type RoleHolder,
  type RoleId,
} from '@rolecall/contract'
import { schemas } from '@rolecall/contract/schemas'
import { expect } from 'chai'
import * as fc from 'fast-check'
import { type Answer, anOrganisation, apiOf, type Person, signUp, type TestOrganisation } from './rig/people.ts'
import { sharedServer } from './rig/server.ts'

/** How the seed was read, written out once more, so that a change of the roles is made twice or not at all. */
const matrix: Record<Permission, string> = {
  'organisation:read': 'admin manager developer accounting',
  'organisation:update': 'admin manager',
  'organisation:delete': 'admin',
  'member:read': 'admin manager',
  'member:manage': 'admin manager',
  'role:manage': 'admin',
  'application:read': 'admin manager developer',
  'application:create': 'admin manager developer',
  'application:update': 'admin manager',
  'application:delete': 'admin manager',
  'repository:read': 'admin manager developer',
  'repository:write': 'admin manager developer',
  'repository:force': 'admin manager',
  'billing:read': 'admin accounting',
  'billing:manage': 'admin accounting',
  'webhook:manage': 'admin manager',
  'apikey:manage': 'admin',
  'audit:read': 'admin',
}

describe('the roles', () => {
  for (const permission of allPermissions) {
    it(`give ${permission} to ${matrix[permission]}`, () => {
      const holders = builtInRoleIds.filter((role) => permissionsOf(role).includes(permission))
      expect(holders.join(' ')).to.equal(matrix[permission])
    })
  }
})

describe('GET /permissions', () => {
  it('tells anybody the permissions, the roles and what each permits', async () => {
    const { status, body } = await apiOf((await sharedServer()).url)('GET', '/permissions')
    expect(status).to.equal(200)
    expect(body.permissions.map(({ id }: { id: string }) => id)).to.deep.equal(allPermissions)
    const adminOnly = body.permissions.filter((one: { adminOnly: boolean }) => one.adminOnly)
    expect(adminOnly.map(({ id }: { id: string }) => id)).to.deep.equal(adminOnlyPermissions)
    const roles = body.roles.map(({ id, permissions }: { id: BuiltInRole; permissions: Permission[] }) => [
      id,
      permissions,
    ])
    expect(roles).to.deep.equal(builtInRoleIds.map((role) => [role, permissionsOf(role)]))
  })
})

describe('one’s own permissions in an organisation', () => {
  for (const role of builtInRoleIds) {
    it(`are those of ${role}, with one’s own membership`, async () => {
      const acme = await anOrganisation()
      const person = await acme.add(role)
      const { body } = await person.api('GET', `/organisations/${acme.id}/permissions`)
      expect(body).to.deep.equal({ member: person.member, role, permissions: permissionsOf(role) })
    })
  }

  it('are not there for an outsider', async () => {
    const [acme, other] = [await anOrganisation(), await signUp()]
    expect((await other.api('GET', `/organisations/${acme.id}/permissions`)).status).to.equal(404)
  })
})

type MemberPerson = Person & { readonly member: string }

describe('who may give and take which role', () => {
  it('E05 is asked of one function: these operations give a role', () => {
    const giving = (Object.keys(operations) as Feature[]).flatMap((feature) =>
      Object.keys(operations[feature])
        .filter((name) => {
          const schema: { body?: { shape: object } } | undefined = (schemas[feature] as Record<string, object>)[name]
          return schema?.body !== undefined && 'role' in schema.body.shape
        })
        .map((name) => `${feature}.${name}`),
    )
    // The table below goes through those of members; invitations.test.ts and api-keys-issuer.test.ts through the others.
    expect(giving).to.deep.equal([
      'members.add',
      'members.changeRole',
      'invitations.create',
      'apiKeys.create',
      'apiKeys.update',
    ])
  })

  // Each cell over HTTP, compared with the rule: E03 is in it (a Manager and an Admin), and so is the exception.
  for (const actorRole of builtInRoleIds) {
    describe(`E03 E05 for ${actorRole}`, () => {
      let acme: TestOrganisation
      let actor: MemberPerson
      before(async () => {
        acme = await anOrganisation()
        actor = await acme.add(actorRole)
      })

      const members = (member?: MemberPerson) => `/organisations/${acme.id}/members${member ? `/${member.member}` : ''}`
      const grant = (role: BuiltInRole): RoleGrant => ({ role, permissions: permissionsOf(role) })
      const holder = (person: Person, role: BuiltInRole): RoleHolder => ({ account: person.account.id, ...grant(role) })

      function expectRule(
        answer: Answer,
        status: number,
        subject: RoleHolder | undefined,
        role: BuiltInRole | undefined,
      ): void {
        const rule = canAssign(holder(actor, actorRole), subject, role && grant(role))
        const what = `${subject?.role ?? 'nobody'} → ${role ?? 'nobody'}`
        expect([answer.status, answer.body?.code], what).to.deep.equal(
          rule.allowed ? [status, undefined] : [403, 'forbidden'],
        )
      }

      for (const role of builtInRoleIds) {
        it(`adding as ${role}`, async () => {
          const { email } = await signUp()
          expectRule(await actor.api('POST', members(), { email, role }), 201, undefined, role)
        })

        it(`changing and removing ${role}`, async () => {
          const subject = await acme.add(role)
          for (const next of builtInRoleIds) {
            expectRule(await actor.api('PATCH', members(subject), { role: next }), 200, holder(subject, role), next)
            await acme.admin.api('PATCH', members(subject), { role })
          }
          expectRule(await actor.api('DELETE', members(subject)), 204, holder(subject, role), undefined)
        })
      }
    })
  }
})

describe('accounts that work together', () => {
  const composable: readonly AnyPermission[] = [
    ...allPermissions.filter((permission) => !adminOnlyPermissions.includes(permission)),
    'report:read',
  ]
  const own: RoleId[] = ['rol_1', 'rol_2']
  const role = fc.constantFrom<RoleId>(...builtInRoleIds, ...own)
  const notAdmin = fc.constantFrom<RoleId | undefined>('manager', 'developer', 'accounting', ...own, undefined)
  const step = fc.record({ actor: fc.nat(4), subject: fc.nat(4), role: fc.option(role, { nil: undefined }) })
  /** What custom roles permit, and which built-in ones hold the organisation’s own permission. */
  const compositions = fc.record({
    rol_1: fc.subarray([...composable]),
    rol_2: fc.subarray([...composable]).map((some) => [...new Set([...some, 'member:manage' as const])]),
    holding: fc.subarray<RoleId>(['manager', 'developer', 'accounting']),
  })
  type Compositions = typeof compositions extends fc.Arbitrary<infer Value> ? Value : never

  function grantOf({ holding, ...custom }: Compositions, role: RoleId): RoleGrant {
    if (!isBuiltIn(role)) return { role, permissions: completed(custom[role as 'rol_1' | 'rol_2']) }
    const isHolding = role === 'admin' || holding.includes(role)
    return { role, permissions: [...permissionsOf(role), ...(isHolding ? (['report:read'] as const) : [])] }
  }

  // The rule by itself, in many more turns than the server could take; through its doors: collusion.test.ts.
  it('E04 never hold more together than they could give, whatever they give each other by adding and changing', () => {
    fc.assert(
      fc.property(
        compositions,
        fc.array(notAdmin, { minLength: 5, maxLength: 5 }),
        fc.array(step, { maxLength: 40, size: 'max' }),
        (composed, start, steps) => {
          const grants = new Map([...builtInRoleIds, ...own].map((role) => [role, grantOf(composed, role)]))
          const grant = (role: RoleId) => grants.get(role) as RoleGrant
          const present = [...start]
          const held = () => present.flatMap((role) => (role === undefined ? [] : grant(role).permissions))
          for (const one of steps) {
            const allowed = new Set<AnyPermission>([
              ...held(),
              ...(present.includes('manager') ? permissionsOf('accounting') : []),
            ])
            take(present, one, grant)
            const gained = held().filter((permission) => !allowed.has(permission))
            if (gained.length > 0) throw new Error(`${JSON.stringify(one)} gave ${gained}`)
          }
        },
      ),
      { numRuns: 2_000 },
    )
  })

  /** One step as the server takes it: refused, it changes nothing. */
  function take(
    present: (RoleId | undefined)[],
    { actor, subject, role }: { actor: number; subject: number; role: RoleId | undefined },
    grant: (role: RoleId) => RoleGrant,
  ): void {
    const [actorRole, subjectRole] = [present[actor], present[subject]]
    if (actorRole === undefined) return
    const isLeaving = actor === subject && role === undefined
    const holderOf = (account: number, held: RoleId): RoleHolder => ({ account: `acc_${account}`, ...grant(held) })
    const rule = canAssign(
      holderOf(actor, actorRole),
      subjectRole === undefined ? undefined : holderOf(subject, subjectRole),
      role && grant(role),
    )
    if (isLeaving || rule.allowed) present[subject] = role
  }
})
