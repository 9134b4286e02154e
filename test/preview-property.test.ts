import { adminOnlyPermissions, allPermissions, type Permission } from '@rolecall/contract'
import { expect } from 'chai'
import fc from 'fast-check'
import { type Answer, type Api, apiOf, type Person, signUp, unique } from './rig/people.ts'
import { sharedServer } from './rig/server.ts'

const isLong = process.env.ROLECALL_LONG !== undefined
const customRoles = 2
const roleNames = ['admin', 'manager', 'developer', 'accounting']
const composable = allPermissions.filter((permission) => !adminOnlyPermissions.includes(permission))

/** Members are named by their place: the founder is 0. Roles too: the built-in ones, then the custom ones. */
const place = fc.nat({ max: 4 })
const role = fc.nat({ max: roleNames.length + customRoles - 1 })
const permissions = fc.subarray([...composable])
const action = fc.constantFrom('remove', 'suspend', 'resume')
const change = fc.oneof(fc.record({ member: place, role }), fc.record({ member: place, action }))

const aWorld = fc.record({
  members: fc.array(fc.record({ role, isSuspended: fc.boolean() }), { minLength: 2, maxLength: 4 }),
  compositions: fc.array(permissions, { minLength: customRoles, maxLength: customRoles }),
  invitations: fc.array(fc.record({ inviter: place, role }), { maxLength: 4 }),
  keys: fc.array(fc.record({ issuer: place, role }), { maxLength: 3 }),
})
const anOperation = fc.oneof(
  fc.record({ kind: fc.constant('changeRole' as const), actor: place, member: place, role }),
  fc.record({ kind: action, actor: place, member: place }),
  fc.record({ kind: fc.constant('transfer' as const), actor: place, member: place }),
  fc.record({
    kind: fc.constant('batch' as const),
    actor: place,
    changes: fc.array(change, { minLength: 1, maxLength: 4 }),
  }),
  fc.record({ kind: fc.constant('narrowRole' as const), actor: place, role, permissions }),
  fc.record({ kind: fc.constant('deleteRole' as const), actor: place, role, replacement: role }),
  fc.record({ kind: fc.constant('deleteOrganisation' as const), actor: place }),
)

type World = typeof aWorld extends fc.Arbitrary<infer Value> ? Value : never
type Operation = typeof anOperation extends fc.Arbitrary<infer Value> ? Value : never

interface Scene {
  readonly organisation: string
  readonly people: readonly Person[]
  readonly members: readonly string[]
  readonly roles: readonly string[]
  readonly keys: readonly { readonly id: string; readonly issuer: string; readonly api: Api }[]
}

async function arrange(people: readonly Person[], world: World): Promise<Scene> {
  const [founder, ...others] = people
  if (founder === undefined) throw new Error('nobody is here')
  const { id } = (await founder.api('POST', '/organisations', { name: unique('World') })).body
  const path = `/organisations/${id}`
  const roles = [...roleNames]
  for (const composition of world.compositions) {
    const { body } = await founder.api('POST', `${path}/roles`, { name: unique('Role'), permissions: composition })
    roles.push(body.id)
  }
  const members = [(await founder.api('GET', `${path}/permissions`)).body.member]
  for (const [index, one] of world.members.entries()) {
    const { body } = await founder.api('POST', `${path}/members`, {
      email: others[index]?.email,
      role: roles[one.role],
    })
    members.push(body.id)
  }
  for (const invitation of world.invitations) {
    const inviter = people[invitation.inviter % members.length]
    const email = `${unique('guest').replace(' ', '-')}@example.com`
    await inviter?.api('POST', `${path}/invitations`, { email, role: roles[invitation.role] })
  }
  const keys: Scene['keys'][number][] = []
  for (const one of world.keys) {
    const issuer = people[one.issuer % members.length]
    const { status, body } =
      (await issuer?.api('POST', `${path}/api-keys`, { name: unique('Key'), role: roles[one.role] })) ?? {}
    if (status === 201 && issuer !== undefined)
      keys.push({ id: body.id, issuer: issuer.account.id, api: apiOf(issuer.url, body.secret) })
  }
  for (const [index, { isSuspended }] of world.members.entries()) {
    if (isSuspended) await founder.api('POST', `${path}/members/${members[index + 1]}/suspend`)
  }
  return { organisation: id, people: people.slice(0, members.length), members, roles, keys }
}

/** The request of an operation, without the question whether it is only asked. */
function request(
  { organisation, members, roles }: Scene,
  operation: Operation,
): [method: string, path: string, body?: object] {
  const path = `/organisations/${organisation}`
  const member = (index: number) => members[index % members.length]
  switch (operation.kind) {
    case 'changeRole':
      return ['PATCH', `${path}/members/${member(operation.member)}`, { role: roles[operation.role] }]
    case 'remove':
      return ['DELETE', `${path}/members/${member(operation.member)}`]
    case 'suspend':
    case 'resume':
      return ['POST', `${path}/members/${member(operation.member)}/${operation.kind}`]
    case 'transfer':
      return ['POST', `${path}/transfer`, { member: member(operation.member) }]
    case 'batch': {
      const changes = operation.changes.map((one) => ({
        member: member(one.member),
        ...('role' in one ? { role: roles[one.role] } : { action: one.action }),
      }))
      return ['POST', `${path}/members/batch`, { changes }]
    }
    case 'narrowRole':
      return ['PATCH', `${path}/roles/${roles[operation.role]}`, { permissions: operation.permissions }]
    case 'deleteRole':
      return ['DELETE', `${path}/roles/${roles[operation.role]}?replacement=${roles[operation.replacement]}`]
    case 'deleteOrganisation':
      return ['DELETE', path]
  }
}

/** What is stored of an organisation, whole. */
async function stored(organisation: string) {
  const { connection } = (await sharedServer()).app
  const all = (name: string, filter: object) => connection.collection(name).find(filter).sort({ _id: 1 }).toArray()
  return {
    heads: await all('heads', { _id: organisation }),
    events: await all('events', { log: organisation }),
    memberships: await all('memberships', { organisation }),
    // Whoever is invited is told at some time of its own.
    invitations: (await all('invitations', { organisation })).map(({ notice: _, ...invitation }) => invitation),
    roles: await all('roles', { organisation }),
    organisations: await all('organisations', { _id: organisation }),
    names: await all('names', { organisation }),
    idempotency: await connection.collection('idempotency').countDocuments(),
  }
}

/** What each account and key may do there, by asking as them. */
async function held({ organisation, people, keys }: Scene): Promise<Map<string, Permission[]>> {
  const askers = [...people.map(({ account: { id }, api }) => ({ id, api })), ...keys]
  const answers = await Promise.all(askers.map(({ api }) => api('GET', `/organisations/${organisation}/permissions`)))
  return new Map(askers.map(({ id }, index) => [id, answers[index]?.body?.permissions ?? []]))
}

/** Times are those of the moment. */
const timeless = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value).replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'some time'))

const byAccount = <Entry extends { account: { id: string } }>(entries: readonly Entry[]): Entry[] =>
  entries.toSorted((one, other) => (one.account.id < other.account.id ? -1 : 1))

async function hold(scene: Scene, operation: Operation): Promise<void> {
  const { organisation, people } = scene
  const actor = people[operation.actor % people.length] as Person
  const [method, path, body] = request(scene, operation)
  const before = { stored: await stored(organisation), held: await held(scene) }
  const asked: Answer = await actor.api(method, `${path}${path.includes('?') ? '&' : '?'}dryRun=true`, body, {
    'Idempotency-Key': unique('asked').replace(' ', '-'),
  })
  expect(await stored(organisation), 'after asking').to.deep.equal(before.stored)
  const done: Answer = await actor.api(method, path, body)
  if (done.status >= 400) {
    expect([asked.status, asked.body]).to.deep.equal([done.status, done.body])
    return
  }
  expect(asked.status, asked.text).to.equal(200)
  expect(asked.headers.get('Rolecall-Seq')).to.equal(null)
  const after = { stored: await stored(organisation), held: await held(scene) }
  const appended = after.stored.events.filter(({ seq }) => seq > before.stored.heads[0]?.seq)
  expect(timeless(asked.body.events)).to.deep.equal(timeless(appended.map(({ type, data }) => ({ type, data }))))

  const difference = (id: string) => {
    const [former = [], next = []] = [before.held.get(id), after.held.get(id)]
    return {
      lost: former.filter((one) => !next.includes(one)),
      gained: next.filter((one) => !former.includes(one)),
    }
  }
  const statusOf = new Map(before.stored.invitations.map(({ _id, status }) => [String(_id), status]))
  const cancelled = after.stored.invitations.filter(
    ({ _id, status }) => status === 'revoked' && statusOf.get(String(_id)) === 'pending',
  )
  const isTold = operation.kind !== 'deleteOrganisation' && before.held.get(actor.account.id)?.includes('apikey:manage')
  const narrowed = scene.keys.filter(({ id }) => isTold && difference(id).lost.length > 0)
  const differences = people.map(({ account: { id, name } }) => ({
    account: { id, name },
    invitations: cancelled.filter(({ inviter }) => inviter.id === id).map(({ _id }) => String(_id)),
    keys: narrowed.filter(({ issuer }) => issuer === id).map((key) => key.id),
    ...difference(id),
  }))
  const losers = differences.filter(({ lost, invitations, keys }) => lost.length + invitations.length + keys.length > 0)
  const gainers = differences.filter(({ gained }) => gained.length > 0)
  const idsOf = (entries: Answer['body']) => entries.map(({ id }: { id: string }) => id)
  const told = byAccount(asked.body.loses as Answer['body'][]).map((one) => ({
    account: one.account,
    invitations: idsOf(one.invitations),
    keys: idsOf(one.keys),
    lost: one.permissions,
  }))
  expect(told).to.deep.equal(byAccount(losers).map(({ gained: _, ...loss }) => loss))
  expect(byAccount(asked.body.gains)).to.deep.equal(
    byAccount(gainers).map(({ account, gained }) => ({ account, permissions: gained })),
  )
  expect([asked.body.losing, asked.body.gaining]).to.deep.equal([losers.length, gainers.length])
}

describe('what a preview says', () => {
  it('is what then happens, in random organisations with random changes', async function () {
    this.timeout(isLong ? 900_000 : 120_000)
    const people: Person[] = []
    for (let count = 0; count < 5; count += 1) people.push(await signUp())
    await fc.assert(
      fc.asyncProperty(aWorld, fc.array(anOperation, { minLength: 2, maxLength: 4 }), async (world, operations) => {
        const scene = await arrange(people, world)
        for (const operation of operations) await hold(scene, operation)
      }),
      { numRuns: isLong ? 200 : 15, endOnFailure: true },
    )
  })
})
