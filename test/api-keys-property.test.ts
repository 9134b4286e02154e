import {
  type AnyPermission,
  adminOnlyPermissions,
  allPermissions,
  type BuiltInRole,
  builtInRoleIds,
  grantable,
} from '@rolecall/contract'
import { expect } from 'chai'
import fc from 'fast-check'
import { aKey, type TestKey } from './rig/api-keys.ts'
import { eventAt, type LiveClient } from './rig/live.ts'
import { type Answer, anOrganisation, type Person, type TestOrganisation, unique } from './rig/people.ts'

const isLong = process.env.ROLECALL_LONG === '1'
const customRoles = 2
const composable = allPermissions.filter((permission) => !adminOnlyPermissions.includes(permission))

/** Roles are named by their place: the built-in ones, then the custom ones. Issuers and keys too. */
const role = fc.nat({ max: builtInRoleIds.length + customRoles - 1 })
const issuer = fc.nat({ max: 1 })
const key = fc.nat({ max: 2 })
const permissions = fc.oneof(
  fc.subarray(composable),
  fc.subarray(composable).map((some) => [...some, 'member:manage' as const]),
)

const aStep = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('give' as const), issuer, role }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('suspend', 'resume'), issuer }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), issuer }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('compose' as const), place: fc.nat({ max: customRoles - 1 }), permissions }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('show members' as const), isShown: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('change key' as const), key, role }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('take over' as const), key }) },
)
const aWorld = fc.record({
  compositions: fc.array(permissions, { minLength: customRoles, maxLength: customRoles }),
  keys: fc.array(fc.record({ issuer, role }), { minLength: 3, maxLength: 3 }),
})
type World = typeof aWorld extends fc.Arbitrary<infer Value> ? Value : never
type Step = typeof aStep extends fc.Arbitrary<infer Value> ? Value : never

interface Scene {
  readonly acme: TestOrganisation
  readonly path: string
  readonly issuers: readonly (Person & { readonly member: string })[]
  readonly roles: readonly string[]
  readonly keys: readonly TestKey[]
}

async function arrange(world: World): Promise<Scene> {
  const acme = await anOrganisation()
  const path = `/organisations/${acme.id}`
  const issuers = [await acme.add('admin'), await acme.add('admin')]
  const roles: string[] = [...builtInRoleIds]
  for (const composed of world.compositions) {
    const { body } = await acme.admin.api('POST', `${path}/roles`, { name: unique('Role'), permissions: composed })
    roles.push(body.id)
  }
  const keys: TestKey[] = []
  for (const one of world.keys) {
    keys.push(await aKey(acme, { by: issuers[one.issuer] ?? acme.admin, role: roles[one.role] ?? 'admin' }))
  }
  return { acme, path, issuers, roles, keys }
}

/** Whatever is refused changes nothing, and is no matter. */
function take({ acme, path, issuers, roles, keys }: Scene, step: Step): Promise<Answer> {
  const { api } = acme.admin
  const member = 'issuer' in step ? `${path}/members/${issuers[step.issuer]?.member}` : ''
  switch (step.do) {
    case 'give':
      return api('PATCH', member, { role: roles[step.role] })
    case 'remove':
      return api('DELETE', member)
    case 'compose':
      return api('PATCH', `${path}/roles/${roles[builtInRoleIds.length + step.place]}`, {
        permissions: step.permissions,
      })
    case 'show members':
      return api('PATCH', path, { developersSeeMembers: step.isShown })
    case 'change key':
      return api('PATCH', keys[step.key]?.path ?? '', { role: roles[step.role] })
    case 'take over':
      return api('PATCH', keys[step.key]?.path ?? '', {})
    default:
      return api('POST', `${member}/${step.do}`)
  }
}

/** What a key may do: by the roles and members that the Admin sees, and the one rule. */
async function expected({ acme, path, keys }: Scene): Promise<readonly (readonly AnyPermission[])[]> {
  const { api } = acme.admin
  const [roles, members, shown] = await Promise.all(
    [`${path}/roles`, `${path}/members`, `${path}/api-keys`].map(async (one) => (await api('GET', one)).body.data),
  )
  const grant = (id: string) => ({
    role: id as BuiltInRole,
    permissions: roles.find((one: Answer['body']) => one.id === id).permissions,
  })
  return keys.map(({ id }) => {
    const one = shown.find((key: Answer['body']) => key.id === id)
    const by = members.find(
      ({ account, status }: Answer['body']) => account.id === one.issuer.id && status === 'active',
    )
    const permitted = by === undefined ? [] : grantable({ account: by.account.id, ...grant(by.role) }, grant(one.role))
    expect(one.permissions, 'as it is listed').to.deep.equal(permitted)
    return permitted
  })
}

/** A socket of each key, as long as it has one, and what it was told last that it may do. */
async function follow({
  acme,
  keys,
}: Scene): Promise<{ readonly live: LiveClient; permissions: readonly AnyPermission[] }[]> {
  return Promise.all(
    keys.map(async (one) => {
      const live = await one.connect()
      return { live, permissions: (await live.subscribe(acme.id)).permissions }
    }),
  )
}

function toldLast({
  live,
  permissions,
}: {
  live: LiveClient
  permissions: readonly AnyPermission[]
}): readonly AnyPermission[] {
  const last = live.received.findLast(({ name }) => name === 'access' || name === 'revoked')
  if (last === undefined) return permissions
  return last.name === 'access' ? last.body.permissions : []
}

/** Something that everybody sees, as often as one likes. */
async function mark({ admin, id }: TestOrganisation): Promise<number> {
  const { status, text, headers } = await admin.api('PATCH', `/organisations/${id}`, { description: unique('Mark') })
  expect(status, text).to.equal(200)
  return Number(headers.get('Rolecall-Seq'))
}

async function hold(world: World, steps: readonly Step[]): Promise<void> {
  const scene = await arrange(world)
  const { acme, path, keys } = scene
  const sockets = await follow(scene)
  const hasEnded = keys.map(() => false)
  for (const step of steps) {
    await take(scene, step)
    const permitted = await expected(scene)
    const seq = await mark(acme)
    for (const [index, one] of keys.entries()) {
      const [may = [], socket] = [permitted[index], sockets[index]]
      const { status, body } = await one.api('GET', `${path}/permissions`)
      expect(status === 200 ? body.permissions : [], `${one.body.role} after ${JSON.stringify(step)}`).to.deep.equal(
        may,
      )
      if (socket === undefined) continue
      // Once ended it stays so, also where the issuer comes back.
      hasEnded[index] ||= may.length === 0
      if (hasEnded[index]) await socket.live.ended
      else await socket.live.until(eventAt(seq))
      expect(toldLast(socket), 'as its socket was told').to.deep.equal(hasEnded[index] ? [] : may)
    }
  }
  for (const { live } of sockets) live.close()
}

describe('what an API key may do', () => {
  it('E26 E58 is what its role and its issuer both may, in random histories, over HTTP and live', async function () {
    this.timeout(isLong ? 900_000 : 240_000)
    await fc.assert(fc.asyncProperty(aWorld, fc.array(aStep, { minLength: 4, maxLength: 8 }), hold), {
      numRuns: isLong ? 100 : 4,
      endOnFailure: true,
    })
  })
})
