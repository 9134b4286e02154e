import type { AnyPermission } from '@rolecall/contract'
import { expect } from 'chai'
import fc from 'fast-check'
import { type Answer, type Person, signUp, unique } from './rig/people.ts'
import {
  actorOf,
  anOperation,
  arrange,
  askersIn,
  aWorld,
  type Operation,
  request,
  type Scene,
} from './rig/preview-world.ts'
import { sharedServer } from './rig/server.ts'

const isLong = process.env.ROLECALL_LONG === '1'

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
    // Its use is noted at some time of its own.
    keys: (await all('apiKeys', { organisation })).map(({ lastUsedAt: _, ...key }) => key),
    webhooks: await all('webhooks', { organisation }),
    organisations: await all('organisations', { _id: organisation }),
    names: await all('names', { organisation }),
    idempotency: await connection.collection('idempotency').countDocuments(),
  }
}

type Permitted = ReadonlyMap<string, readonly AnyPermission[]>

/** What each account and key may do there, by asking as them. */
async function held(scene: Scene): Promise<Permitted> {
  const askers = askersIn(scene)
  const path = `/organisations/${scene.organisation}/permissions`
  const answers = await Promise.all(askers.map(({ api }) => api('GET', path)))
  return new Map(askers.map(({ id }, index) => [id, answers[index]?.body?.permissions ?? []]))
}

/** Endpoints whose owners may keep them. They send only as long as `during` takes, so that none of them writes to the log. */
async function whileSending<Value>(permitted: Permitted, { webhooks }: Scene, during: () => Promise<Value>) {
  const collection = (await sharedServer()).app.connection.collection<{ _id: string }>('webhooks')
  const sending = webhooks.filter(({ owner }) => permitted.get(owner)?.includes('webhook:manage'))
  const all = { _id: { $in: sending.map(({ id }) => id) } }
  await collection.updateMany(all, { $unset: { stopped: 1 } })
  const value = await during()
  await collection.updateMany(all, { $set: { stopped: { reason: 'by_member', at: new Date() } } })
  return { value, sending }
}

/** Times are those of the moment. */
const timeless = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value).replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'some time'))

const byAccount = <Entry extends { account: { id: string } }>(entries: readonly Entry[]): Entry[] =>
  entries.toSorted((one, other) => (one.account.id < other.account.id ? -1 : 1))

async function hold(scene: Scene, operation: Operation): Promise<void> {
  const { organisation, people } = scene
  const actor = actorOf(scene, operation.actor)
  const [method, path, body] = request(scene, operation)
  const permitted = await held(scene)
  const { value, sending } = await whileSending(permitted, scene, async () => {
    const before = await stored(organisation)
    const answer = await actor.api(method, `${path}${path.includes('?') ? '&' : '?'}dryRun=true`, body, {
      'Idempotency-Key': unique('asked').replace(' ', '-'),
    })
    expect(await stored(organisation), 'after asking').to.deep.equal(before)
    return { before, answer }
  })
  const { before, answer: asked }: { before: Awaited<ReturnType<typeof stored>>; answer: Answer } = value
  const done: Answer = await actor.api(method, path, body)
  if (done.status >= 400) {
    expect([asked.status, asked.body]).to.deep.equal([done.status, done.body])
    return
  }
  expect(asked.status, asked.text).to.equal(200)
  expect(asked.headers.get('Rolecall-Seq')).to.equal(null)
  const after = { stored: await stored(organisation), held: await held(scene) }
  const appended = after.stored.events.filter(({ seq }) => seq > before.heads[0]?.seq)
  expect(timeless(asked.body.events)).to.deep.equal(timeless(appended.map(({ type, data }) => ({ type, data }))))

  const difference = (id: string) => {
    const [former = [], next = []] = [permitted.get(id), after.held.get(id)]
    return {
      lost: former.filter((one) => !next.includes(one)),
      gained: next.filter((one) => !former.includes(one)),
    }
  }
  const statusOf = new Map(before.invitations.map(({ _id, status }) => [String(_id), status]))
  const cancelled = after.stored.invitations.filter(
    ({ _id, status }) => status === 'revoked' && statusOf.get(String(_id)) === 'pending',
  )
  const isOver = operation.kind === 'deleteOrganisation'
  const isTold = !isOver && permitted.get(actor.id)?.includes('apikey:manage')
  const narrowed = scene.keys.filter(({ id }) => isTold && difference(id).lost.length > 0)
  const paused = sending.filter(({ owner }) => !isOver && difference(owner).lost.includes('webhook:manage'))
  const differences = people.map(({ account: { id, name } }) => ({
    account: { id, name },
    invitations: cancelled.filter(({ inviter }) => inviter.id === id).map(({ _id }) => String(_id)),
    keys: narrowed.filter(({ issuer }) => issuer === id).map((key) => key.id),
    webhooks: paused.filter(({ owner }) => owner === id).map((webhook) => webhook.id),
    ...difference(id),
  }))
  const losers = differences.filter(({ lost, invitations, keys }) => lost.length + invitations.length + keys.length > 0)
  const gainers = differences.filter(({ gained }) => gained.length > 0)
  const idsOf = (entries: Answer['body']) => entries.map(({ id }: { id: string }) => id)
  const told = byAccount(asked.body.loses as Answer['body'][]).map((one) => ({
    account: one.account,
    invitations: idsOf(one.invitations),
    keys: idsOf(one.keys),
    webhooks: idsOf(one.webhooks),
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
    this.timeout(900_000)
    let people: readonly Person[] = []
    let worlds = 0
    await fc.assert(
      fc.asyncProperty(aWorld, fc.array(anOperation, { minLength: 2, maxLength: 4 }), async (world, operations) => {
        // Nobody founds more than a hundred.
        if (worlds++ % 100 === 0) people = await Promise.all(Array.from({ length: 5 }, () => signUp()))
        const scene = await arrange(people, world)
        for (const operation of operations) await hold(scene, operation)
      }),
      { numRuns: isLong ? 200 : 15, endOnFailure: true },
    )
  })
})
