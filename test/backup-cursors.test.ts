import { join } from 'node:path'
import { Rolecall } from '@rolecall/sdk'
import { expect } from 'chai'
import { changeSomebody } from './rig/changes.ts'
import { until } from './rig/client.ts'
import { connectLive, eventAt } from './rig/live.ts'
import { anOrganisation, apiOf, elsewhere, type Person, signUp, type TestOrganisation } from './rig/people.ts'
import { anEmptyFolder, runProgram } from './rig/program.ts'
import { aReceiver } from './rig/receiver.ts'
import { aWebhook, eventOf } from './rig/sending.ts'
import { startServer, type TestServer } from './rig/server.ts'
import { atEnd } from './rig/teardown.ts'

const embedded = { MONGODB_URI: '' }

const headOf = async ({ admin, id }: TestOrganisation): Promise<{ seq: number; cursor: string }> => {
  const { body } = await admin.api('GET', `/organisations/${id}/events?order=desc&limit=1`)
  return body.data[0]
}

/** Makes a backup of a running server, and a folder of data of it. */
async function backUp({ dataDir }: TestServer): Promise<{ restore(): Promise<string> }> {
  const path = join(await anEmptyFolder(), 'then.backup')
  const made = await runProgram({ name: 'backup', args: ['--to', path], dataDir })
  expect([made.code, made.stderr]).to.deep.equal([0, ''])
  return {
    async restore() {
      const folder = await anEmptyFolder()
      const done = await runProgram({ name: 'restore', args: ['--from', path], dataDir: folder })
      expect([done.code, done.stderr]).to.deep.equal([0, ''])
      return folder
    },
  }
}

/** Changes that are lost, or take the place of those that were. */
async function grow(acme: TestOrganisation, member: string, count: number): Promise<void> {
  for (let one = 0; one < count; one += 1) await changeSomebody(acme, member, one % 2 === 0 ? 'manager' : 'developer')
}

describe('after a backup was restored', function () {
  this.timeout(400_000)

  it('E55 a cursor from after it gets resync, also once the log has grown past it; one from before goes on', async () => {
    const server = await startServer({ dataDir: await anEmptyFolder(), env: embedded })
    const acme = await anOrganisation({ url: server.url })
    const { member } = await acme.add('developer')
    const backup = await backUp(server)
    const kept = await headOf(acme)
    await grow(acme, member, 3)
    const lost = await headOf(acme)
    await server.close()

    const restored = await startServer({ dataDir: await backup.restore(), env: embedded })
    const again = elsewhere(acme, restored.url)
    const resumeFrom = async (cursor: string) => {
      const live = await connectLive(again.admin)
      const { cursor: answered } = await live.subscribe(acme.id, cursor)
      const head = await headOf(again)
      const next = changeSomebody(again, member, head.seq % 2 === 0 ? 'manager' : 'accounting')
      await live.until(eventAt(await next))
      live.close()
      const told = live.received.filter(({ name }) => name === 'resync').map(({ body }) => body.reason)
      const seen = live.received.filter(({ name }) => name === 'event').map(({ body }) => body.seq)
      return { told, seen, from: answered === cursor ? 'there' : answered === head.cursor ? 'now' : 'elsewhere' }
    }
    const after = (cursor: string) => again.admin.api('GET', `/organisations/${acme.id}/events?after=${cursor}`)
    const seqsAfter = async (cursor: string) => (await after(cursor)).body.data.map(({ seq }: { seq: number }) => seq)

    expect(lost.seq).to.equal(kept.seq + 3)
    const beyond = await resumeFrom(lost.cursor)
    expect(beyond).to.deep.equal({ told: ['cursor_from_future'], seen: [kept.seq + 1], from: 'now' })
    expect([(await after(lost.cursor)).status, (await after(lost.cursor)).body.code]).to.deep.equal([
      400,
      'invalid_cursor',
    ])

    await grow(again, member, 4)
    const grown = await headOf(again)
    expect(grown.seq).to.equal(lost.seq + 2)
    const past = await resumeFrom(lost.cursor)
    expect(past).to.deep.equal({ told: ['cursor_invalid'], seen: [grown.seq + 1], from: 'now' })
    expect([(await after(lost.cursor)).status, (await after(lost.cursor)).body.code]).to.deep.equal([
      400,
      'invalid_cursor',
    ])

    const common = await resumeFrom(kept.cursor)
    const whole = Array.from({ length: grown.seq + 2 - kept.seq }, (_, index) => kept.seq + 1 + index)
    expect(common).to.deep.equal({ told: [], seen: whole, from: 'there' })
    expect(await seqsAfter(kept.cursor)).to.deep.equal(whole)
    await restored.close()
  })

  it('E55 a live view that saw what is lost is exact again, without anybody’s doing', async () => {
    const server = await startServer({ dataDir: await anEmptyFolder(), env: embedded })
    const acme = await anOrganisation({ url: server.url })
    const [watcher, dev, gone] = [await acme.add('manager'), await acme.add('developer'), await acme.add('developer')]
    const rolecall = new Rolecall({ baseUrl: server.url })
    atEnd(async () => rolecall.close())
    await rolecall.sessions.create({ email: watcher.email, password: watcher.password })
    const live = rolecall.live(acme.id)
    const resyncs: string[] = []
    live.on('resync', ({ reason }) => resyncs.push(reason))
    const shown = () => live.members.snapshot.rows.map(({ account, role }) => `${account.id} ${role}`).sort()
    await until(live.members, ({ rows }) => rows.length === 4)

    const backup = await backUp(server)
    const lost = await acme.add('developer')
    await changeSomebody(acme, dev.member, 'manager')
    await acme.admin.api('DELETE', `/organisations/${acme.id}/members/${gone.member}`)
    await until(live.members, () => shown().length === 4 && !shown().join().includes(gone.account.id))
    expect(shown().join()).to.include(lost.account.id)
    const { port } = new URL(server.url)
    await server.close()

    const dataDir = await backup.restore()
    const aside = await startServer({ dataDir, env: embedded })
    const other = elsewhere(acme, aside.url)
    for (let count = 0; count < 6; count += 1) await other.add('accounting')
    await changeSomebody(other, dev.member, 'accounting')
    const { body } = await other.admin.api('GET', `/organisations/${acme.id}/members?limit=200`)
    const present = body.data.map(
      ({ account, role }: { account: { id: string }; role: string }) => `${account.id} ${role}`,
    )
    await aside.close()
    const back = await startServer({ dataDir, env: { ...embedded, PORT: port } })

    await until(live.members, () => JSON.stringify(shown()) === JSON.stringify(present.sort()))
    expect(resyncs).to.deep.equal(['cursor_invalid'])
    const added = await elsewhere(acme, back.url).add('developer')
    await until(live.members, () => shown().includes(`${added.account.id} developer`))
    rolecall.close()
    await back.close()
  })

  it('E55 webhooks go on from where they were: what happens then is sent, as events of their own', async () => {
    const server = await startServer({ dataDir: await anEmptyFolder(), env: embedded })
    const acme = await anOrganisation({ url: server.url })
    const { member } = await acme.add('developer')
    const receiver = await aReceiver()
    await aWebhook(acme, receiver, { ordered: true })
    const first = await changeSomebody(acme, member, 'manager')
    await receiver.until((received) => received.some((post) => eventOf(post).seq === first))
    const backup = await backUp(server)
    const lost = await changeSomebody(acme, member, 'developer')
    await receiver.until((received) => received.some((post) => eventOf(post).seq === lost))
    await server.close()

    const restored = await startServer({ dataDir: await backup.restore(), env: embedded })
    const again = elsewhere(acme, restored.url)
    expect(await changeSomebody(again, member, 'accounting')).to.equal(lost)
    const last = await changeSomebody(again, member, 'developer')
    await receiver.until((received) => received.some((post) => eventOf(post).seq === last))
    const sent = receiver.received.map(eventOf)
    const atLost = sent.filter(({ seq }) => seq === lost)
    // The one that is lost, and the one in its place.
    expect(new Set(atLost.map(({ id }) => id)).size).to.equal(2)
    expect(atLost.at(-1)?.data.after).to.deep.include({ role: 'accounting' })
    await restored.close()
  })

  it('sessions and idempotency keys are those of then', async () => {
    const server = await startServer({ dataDir: await anEmptyFolder(), env: embedded })
    const ada = await signUp({ url: server.url })
    const key = (name: string) => ({ 'Idempotency-Key': name.replaceAll(' ', '-') })
    const organisationBy = (api: Person['api'], name: string) => api('POST', '/organisations', { name }, key(name))
    const before = await organisationBy(ada.api, 'Before the backup')
    const backup = await backUp(server)
    const lost = await organisationBy(ada.api, 'After the backup')
    const signIn = { email: ada.email, password: ada.password }
    const { body: later } = await apiOf(server.url)('POST', '/sessions', signIn)
    const refreshed = await apiOf(server.url)('POST', '/sessions/refresh', { refreshToken: ada.session.refreshToken })
    expect(refreshed.status).to.equal(200)
    await server.close()

    const restored = await startServer({ dataDir: await backup.restore(), env: embedded })
    const now = apiOf(restored.url, ada.session.accessToken)
    expect((await now('GET', '/account')).status).to.equal(200)
    const again = await organisationBy(now, 'Before the backup')
    expect([again.status, again.body.id]).to.deep.equal([201, before.body.id])
    const anew = await organisationBy(now, 'After the backup')
    expect(anew.status).to.equal(201)
    expect(anew.body.id).not.to.equal(lost.body.id)
    const unknown = await apiOf(restored.url, later.session.accessToken)('GET', '/account')
    expect([unknown.status, unknown.body.code]).to.deep.equal([401, 'unauthenticated'])
    // A token of a rotation that has not been cannot be told from one that was stolen.
    const { refreshToken } = refreshed.body.session
    const ended = await apiOf(restored.url)('POST', '/sessions/refresh', { refreshToken })
    expect([ended.status, ended.body.code]).to.deep.equal([401, 'invalid_refresh_token'])
    await restored.close()
  })
})
