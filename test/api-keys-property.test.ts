import {
  type AnyPermission,
  adminOnlyPermissions,
  allPermissions,
  type BuiltInRole,
  builtInRoleIds,
  grantable,
  type RolecallEvent,
} from '@rolecall/contract'
import { expect } from 'chai'
import fc from 'fast-check'
import { aKey, asKey, type TestKey } from './rig/api-keys.ts'
import { checkHeard, type FollowedKey, follow, toldLast } from './rig/followed-key.ts'
import { eventAt } from './rig/live.ts'
import { type Answer, anOrganisation, type Person, type TestOrganisation, unique } from './rig/people.ts'

const isLong = process.env.ROLECALL_LONG === '1'
const customRoles = 2
const composable: readonly AnyPermission[] = [
  ...allPermissions.filter((permission) => !adminOnlyPermissions.includes(permission)),
  'report:read',
]

/** Roles are named by their place: the built-in ones, then the custom ones. Issuers and keys too. */
const role = fc.oneof(
  fc.nat({ max: builtInRoleIds.length + customRoles - 1 }),
  fc.integer({ min: builtInRoleIds.length, max: builtInRoleIds.length + customRoles - 1 }),
)
const issuer = fc.nat({ max: 1 })
const key = fc.nat({ max: 2 })
const place = fc.nat({ max: customRoles - 1 })
const permissions = fc.oneof(
  fc.subarray([...composable]),
  fc.subarray([...composable]).map((some) => [...new Set([...some, 'member:manage' as const])]),
)
const named = <Name extends string>(name: Name) => fc.constant(name)

const aStep = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: named('give'), issuer, role }) },
  { weight: 2, arbitrary: fc.record({ do: named('exchange'), roles: fc.tuple(role, role) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('suspend', 'resume'), issuer }) },
  { weight: 1, arbitrary: fc.record({ do: named('remove'), issuer }) },
  { weight: 2, arbitrary: fc.record({ do: named('add'), issuer, role }) },
  { weight: 2, arbitrary: fc.record({ do: named('compose'), place, permissions }) },
  { weight: 2, arbitrary: fc.record({ do: named('dissolve'), place, replacement: role }) },
  { weight: 2, arbitrary: fc.record({ do: named('declare'), roles: fc.subarray(['manager', 'developer']) }) },
  { weight: 1, arbitrary: fc.record({ do: named('withdraw') }) },
  { weight: 1, arbitrary: fc.record({ do: named('show members'), isShown: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: named('change key'), key, role }) },
  { weight: 1, arbitrary: fc.record({ do: named('take over'), key }) },
  { weight: 1, arbitrary: fc.record({ do: named('rotate'), key, overlapHours: fc.constantFrom(0, 1) }) },
  { weight: 1, arbitrary: fc.record({ do: named('delete and restore') }) },
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
  readonly issuers: (Person & { readonly member: string })[]
  readonly roles: string[]
  /** Each with the secret that it was given last. */
  readonly keys: TestKey[]
}

async function arrange(world: World): Promise<Scene> {
  const acme = await anOrganisation()
  const path = `/organisations/${acme.id}`
  const issuers = [await acme.add('admin'), await acme.add('admin')]
  await acme.admin.api('PUT', `${path}/own-permissions`, { permissions: [{ name: 'report:read', roles: [] }] })
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
async function take({ acme, path, issuers, roles, keys }: Scene, step: Step): Promise<void> {
  const { api } = acme.admin
  const member = 'issuer' in step ? `${path}/members/${issuers[step.issuer]?.member}` : ''
  const keyPath = 'key' in step ? (keys[step.key]?.path ?? '') : ''
  const custom = 'place' in step ? builtInRoleIds.length + step.place : 0
  const declare = (permissions: object[]) => api('PUT', `${path}/own-permissions`, { permissions })
  switch (step.do) {
    case 'give':
      return void (await api('PATCH', member, { role: roles[step.role] }))
    case 'exchange': {
      const changes = step.roles.map((one, index) => ({ member: issuers[index]?.member, role: roles[one] }))
      return void (await api('POST', `${path}/members/batch`, { changes }))
    }
    case 'remove':
      return void (await api('DELETE', member))
    case 'add': {
      const issuer = issuers[step.issuer] as Person
      const { status, body } = await api('POST', `${path}/members`, { email: issuer.email, role: roles[step.role] })
      if (status === 201) issuers[step.issuer] = { ...issuer, member: body.id }
      return
    }
    case 'compose':
      return void (await api('PATCH', `${path}/roles/${roles[custom]}`, { permissions: step.permissions }))
    case 'dissolve': {
      const { status } = await api('DELETE', `${path}/roles/${roles[custom]}?replacement=${roles[step.replacement]}`)
      if (status !== 204) return
      const { body } = await api('POST', `${path}/roles`, { name: unique('Role'), permissions: ['member:manage'] })
      roles[custom] = body.id
      return
    }
    case 'declare':
      return void (await declare([{ name: 'report:read', roles: step.roles }]))
    case 'withdraw':
      return void (await declare([]))
    case 'show members':
      return void (await api('PATCH', path, { developersSeeMembers: step.isShown }))
    case 'change key':
      return void (await api('PATCH', keyPath, { role: roles[step.role] }))
    case 'take over':
      return void (await api('PATCH', keyPath, {}))
    case 'rotate': {
      const { body } = await api('POST', `${keyPath}/rotate`, { overlapHours: step.overlapHours })
      const key = keys[step.key] as TestKey
      keys[step.key] = { ...key, ...asKey(key.url, body.secret) }
      return
    }
    case 'delete and restore':
      await api('DELETE', path)
      return void (await api('POST', `${path}/restore`))
    default:
      return void (await api('POST', `${member}/${step.do}`))
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

async function readLog({ admin, id }: TestOrganisation): Promise<readonly RolecallEvent[]> {
  const { body } = await admin.api('GET', `/organisations/${id}/events?limit=200`)
  expect(body.next).to.equal(undefined)
  return body.data
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
  const sockets: (FollowedKey | undefined)[] = await Promise.all(keys.map((one) => follow(one, acme.id)))
  const ended: FollowedKey[] = []
  for (const step of steps) {
    await take(scene, step)
    const permitted = await expected(scene)
    const seq = await mark(acme)
    for (const [index, one] of keys.entries()) {
      const [may = [], socket] = [permitted[index], sockets[index]]
      const told = `${one.body.role} after ${JSON.stringify(step)}`
      const { status, body } = await one.api('GET', `${path}/permissions`)
      expect(status === 200 ? body.permissions : [], told).to.deep.equal(may)
      // Its sockets end with its organisation, though that comes back, and with the secret that opened them.
      const hasEnded =
        may.length === 0 ||
        step.do === 'delete and restore' ||
        (step.do === 'rotate' && step.key === index && step.overlapHours === 0)
      if (socket !== undefined) {
        if (hasEnded) await socket.live.ended
        else await socket.live.until(eventAt(seq))
        if (!hasEnded || step.do !== 'rotate')
          expect(toldLast(socket), `as its socket was told, ${told}`).to.deep.equal(hasEnded ? [] : may)
      }
      // Whoever may do something again comes again.
      if (hasEnded && socket !== undefined) {
        ended.push(socket)
        sockets[index] = undefined
      }
      if (may.length > 0) sockets[index] ??= await follow(one, acme.id)
      else
        await one.connect().then(
          () => expect.fail(`${told} may connect`),
          ({ problem }) => expect(problem.code).to.equal('unauthenticated'),
        )
    }
  }
  const log = await readLog(acme)
  for (const socket of [...ended, ...sockets.filter((one) => one !== undefined)]) {
    checkHeard(socket, log)
    socket.live.close()
  }
}

describe('what an API key may do', () => {
  it('E26 E58 is what its role and its issuer both may, in random histories, over HTTP and live', async function () {
    this.timeout(900_000)
    await fc.assert(fc.asyncProperty(aWorld, fc.array(aStep, { minLength: 4, maxLength: 8 }), hold), {
      numRuns: isLong ? 100 : 4,
      endOnFailure: true,
    })
  })
})
