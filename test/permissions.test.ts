import {
  adminOnlyPermissions,
  allPermissions,
  type BuiltInRole,
  builtInRoleIds,
  canAssign,
  type Feature,
  operations,
  type Permission,
  permissionsOf,
  type RoleGrant,
  type RoleHolder,
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
  type Step = { actor: number; subject: number; role: BuiltInRole | 'none' }
  const roles = fc.constantFrom(...builtInRoleIds)
  const notAdmin = fc.constantFrom<(BuiltInRole | undefined)[]>('manager', 'developer', 'accounting', undefined)
  const step: fc.Arbitrary<Step> = fc.record({
    actor: fc.nat(4),
    subject: fc.nat(4),
    role: fc.oneof(roles, fc.constant('none' as const)),
  })

  const held = (all: readonly (BuiltInRole | undefined)[]) =>
    new Set(all.flatMap((role) => (role === undefined ? [] : permissionsOf(role))))

  // The rule by itself, in many more turns than the server could take; through its doors: collusion.test.ts.
  it('E04 never hold more together than they held, whatever they give each other by adding and changing', () => {
    fc.assert(
      fc.property(
        fc.array(notAdmin, { minLength: 5, maxLength: 5 }),
        fc.array(step, { maxLength: 40 }),
        (start, steps) => {
          const present = [...start]
          const allowed = held(start)
          if (start.includes('manager')) for (const permission of permissionsOf('accounting')) allowed.add(permission)
          for (const { actor, subject, role } of steps)
            take(present, actor, subject, role === 'none' ? undefined : role)
          for (const permission of held(present)) expect(allowed).to.include(permission)
        },
      ),
      { numRuns: 2_000 },
    )
  })

  /** One step as the server takes it: refused, it changes nothing. */
  function take(
    present: (BuiltInRole | undefined)[],
    actor: number,
    subject: number,
    role: BuiltInRole | undefined,
  ): void {
    const [actorRole, subjectRole] = [present[actor], present[subject]]
    if (actorRole === undefined) return
    const isLeaving = actor === subject && role === undefined
    const grant = (role: BuiltInRole): RoleGrant => ({ role, permissions: permissionsOf(role) })
    const holderOf = (account: number, held: BuiltInRole): RoleHolder => ({
      account: `acc_${account}`,
      ...grant(held),
    })
    const rule = canAssign(
      holderOf(actor, actorRole),
      subjectRole === undefined ? undefined : holderOf(subject, subjectRole),
      role && grant(role),
    )
    if (isLeaving || rule.allowed) present[subject] = role
  }
})
