import { expect } from 'chai'
import { aKey, apiKeysOf, asKey, type TestKey, tellExpired } from './rig/api-keys.ts'
import { rename } from './rig/changes.ts'
import { eventAt } from './rig/live.ts'
import { type Answer, anOrganisation, elsewhere, type TestOrganisation } from './rig/people.ts'
import { anEmptyFolder } from './rig/program.ts'
import { startServer } from './rig/server.ts'

const hourMs = 60 * 60 * 1_000
type Secret = Pick<TestKey, 'api'>

const eventsOf = async ({ admin, id }: TestOrganisation, type: string) =>
  (await admin.api('GET', `/organisations/${id}/events?type=${type}`)).body.data

const hintsOf = ({ body }: { readonly body: Answer['body'] }) => body.formers.map(({ hint }: { hint: string }) => hint)

/** A key whose Admin rotates it, and what its secrets are answered. */
async function aRotatedKey(acme?: TestOrganisation) {
  const organisation = acme ?? (await anOrganisation())
  const key = await aKey(organisation)
  async function rotate(overlapHours: number) {
    const { status, text, body } = await organisation.admin.api('POST', `${key.path}/rotate`, { overlapHours })
    expect(status, text).to.equal(200)
    return { ...asKey(key.url, body.secret), body }
  }
  const statuses = (secrets: readonly Secret[]) =>
    Promise.all(secrets.map(async ({ api }) => (await api('GET', `/organisations/${organisation.id}`)).status))
  return { acme: organisation, key, rotate, statuses }
}

describe('an API key that is rotated more than once', () => {
  it('E26 keeps the secret that is in use when the next one was lost and another was made', async () => {
    const { acme, key, rotate, statuses } = await aRotatedKey()
    const live = await key.connect()
    await live.subscribe(acme.id)
    const lost = await rotate(24)
    const fresh = await rotate(24)
    expect(await statuses([fresh, lost, key])).to.deep.equal([200, 200, 200])
    await live.until(eventAt(await rename(acme)))
    expect(hintsOf(fresh)).to.deep.equal([lost.body.hint, key.body.hint])
    const [latest, earliest] = fresh.body.formers.map(({ expiresAt }: { expiresAt: string }) => expiresAt)
    expect(earliest).to.equal(lost.body.formers[0].expiresAt)
    const [{ data }] = await eventsOf(acme, 'api_key.rotated&order=desc')
    expect(data.before)
      .to.deep.include({ generation: 2, formerUntil: earliest })
      .and.not.to.have.property('earlierUntil')
    expect(data.after).to.deep.include({ generation: 3, formerUntil: latest, earlierUntil: [earliest] })
    live.close()
  })

  it('E26 has all end at once where that is chosen, with their connections, and by revoking it', async () => {
    const { acme, key, rotate, statuses } = await aRotatedKey()
    const second = await rotate(24)
    const third = await rotate(24)
    const sockets = [await key.connect(), await second.connect(), await third.connect()]
    const fourth = await rotate(0)
    expect(fourth.body.formers).to.deep.equal([])
    await Promise.all(sockets.map(({ ended }) => ended))
    expect(await statuses([key, second, third, fourth])).to.deep.equal([401, 401, 401, 200])
    const all = [await rotate(24), await rotate(24), fourth]
    await acme.admin.api('DELETE', key.path)
    expect(await statuses(all)).to.deep.equal([401, 401, 401])
  })

  it('has its former secrets accepted for as long as was said, or for less where less is chosen later', async () => {
    let offsetMs = 0
    const now = () => new Date(Date.now() + offsetMs)
    const server = await startServer({ now })
    const { acme, key, rotate, statuses } = await aRotatedKey(await anOrganisation({ url: server.url }))
    const tellAfter = async (hours: number) => {
      offsetMs = hours * hourMs
      await tellExpired(server, now)
    }
    const [first, second] = [await key.connect(), await rotate(2)]
    const [kept, third] = [await second.connect(), await rotate(48)]
    await kept.subscribe(acme.id)
    offsetMs = 3 * hourMs
    expect(await statuses([third, second, key])).to.deep.equal([200, 200, 401])
    await tellAfter(3)
    offsetMs = 0
    expect(await first.ended).to.equal('io server disconnect')
    await kept.until(eventAt(await rename(acme)))
    const [{ actor, data }] = await eventsOf(acme, 'api_key.updated')
    const { earlierUntil, ...others } = data.before
    expect([actor.kind, earlierUntil, data.after]).to.deep.equal(['system', [second.body.formers[0].expiresAt], others])
    const fourth = await rotate(1)
    expect(hintsOf(fourth)).to.deep.equal([third.body.hint, second.body.hint])
    expect(fourth.body.formers[0].expiresAt).to.equal(fourth.body.formers[1].expiresAt)
    await tellAfter(2)
    expect(await statuses([fourth, third, second, key])).to.deep.equal([200, 401, 401, 401])
    expect(await kept.ended).to.equal('io server disconnect')
    offsetMs = 0
    expect(await statuses([fourth, third, second, key]), 'E59 for good').to.deep.equal([200, 401, 401, 401])
    await server.close()
  })

  it('has four secrets at most: the oldest ends at once, with its connections', async () => {
    const { acme, key, rotate, statuses } = await aRotatedKey()
    const live = await key.connect()
    const rotated = []
    for (let round = 0; round < 3; round += 1) rotated.unshift(await rotate(24))
    expect(await statuses([...rotated, key])).to.deep.equal([200, 200, 200, 200])
    rotated.unshift(await rotate(24))
    await live.ended
    expect(await statuses([...rotated, key])).to.deep.equal([200, 200, 200, 200, 401])
    const [{ data }] = await eventsOf(acme, 'api_key.rotated&order=desc')
    expect([data.before.earlierUntil.length, data.after.earlierUntil.length]).to.deep.equal([2, 2])
  })

  it('goes on with the secrets that it had when there were two at most', async () => {
    const dataDir = await anEmptyFolder()
    const env = { MONGODB_URI: '' }
    const former = await startServer({ dataDir, env })
    const { acme, key, rotate } = await aRotatedKey(await anOrganisation({ url: former.url }))
    const second = await rotate(24)
    const never = await aKey(acme)
    const { connection } = former.app
    const keys = connection.collection<{ _id: string; former: { hash: string }[] }>('apiKeys')
    const stored = await keys.findOne({ _id: key.id })
    await keys.updateOne({ _id: key.id }, { $set: { former: stored?.former[0] as never } })
    await keys.updateOne({ _id: never.id }, { $unset: { former: 1 } })
    await connection.collection<{ _id: string }>('meta').updateOne({ _id: 'schema' }, { $set: { version: 7 } })
    await former.close()

    const server = await startServer({ dataDir, env })
    const status = async ({ secret }: Pick<TestKey, 'secret'>) =>
      (await asKey(server.url, secret).api('GET', `/organisations/${acme.id}`)).status
    expect(await Promise.all([key, second, never].map(status))).to.deep.equal([200, 200, 200])
    const { admin } = elsewhere(acme, server.url)
    const { body } = await admin.api('GET', apiKeysOf(acme))
    expect(body.data.map(({ formers }: { formers: object[] }) => formers.length)).to.deep.equal([1, 0])
    const rotated = await Promise.all(
      [key, never].map(async ({ path }) => (await admin.api('POST', `${path}/rotate`, {})).body),
    )
    expect(rotated.map(({ formers }) => formers.length)).to.deep.equal([2, 1])
    expect(await Promise.all([key, second, never, ...rotated].map(status))).to.deep.equal([200, 200, 200, 200, 200])
    await server.close()
  })
})
