import type { Subscription } from '@rolecall/contract'
import { expect } from 'chai'
import { appendHidden } from './rig/bulk.ts'
import { connectLive, type LiveClient } from './rig/live.ts'
import { anOrganisation, apiOf, signUp, unique } from './rig/people.ts'
import { startServer } from './rig/server.ts'

describe('a token that expires', () => {
  it('E27 takes its socket with it, unless another took its place over the connection', async () => {
    let ahead = 0
    const server = await startServer({ now: () => new Date(Date.now() + ahead) })
    const person = await signUp({ url: server.url })
    // Signed in again long before, so that nothing slow is left to do in the last seconds.
    ahead = 60_000
    const { body } = await apiOf(server.url)('POST', '/sessions', { email: person.email, password: person.password })
    /** Sockets of which one renews its token when so much time is left; undefined where a busy machine takes longer. */
    const begin = async (left: number) => {
      ahead = Date.parse(person.session.expiresAt) - Date.now() - left
      const sockets = await Promise.all([connectLive(person), connectLive(person)]).catch(() => undefined)
      if (sockets === undefined) return undefined
      const [forgetful, careful] = sockets
      const renewing = careful.socket.emitWithAck('authenticate', { token: body.session.accessToken })
      const renewed = await Promise.race([renewing, careful.ended.then(() => undefined)])
      return renewed === undefined ? undefined : { forgetful, careful, renewed }
    }
    let begun: Awaited<ReturnType<typeof begin>>
    for (let left = 3_000; begun === undefined; left *= 2) begun = await begin(left)
    const { forgetful, careful, renewed } = begun
    expect(renewed).to.deep.equal({ expiresAt: body.session.expiresAt })
    expect(await forgetful.ended).to.equal('io server disconnect')
    await careful.settled()
    expect(careful.socket.connected).to.equal(true)
    ahead += 60_000
    const refusal = await connectLive(person).catch((reason: unknown) => reason)
    expect(refusal).to.have.nested.property('problem.code', 'unauthenticated')
    await server.close()
  })
})

describe('cursors of any size', () => {
  it('E34 are answered with resync, never with silence or somebody else’s events', async () => {
    const { id, admin } = await anOrganisation()
    const live = await connectLive(admin)
    const { cursor } = await live.subscribe(id)
    const encode = (text: string) => Buffer.from(text).toString('base64url')
    const parts = Buffer.from(cursor, 'base64url').toString().split('.')
    const withSeq = (seq: string) => encode(parts.map((part, index) => (index === 2 ? seq : part)).join('.'))
    const seqs = [
      '-1',
      '0x2',
      '1e9',
      'NaN',
      'Infinity',
      '2.5',
      ' 2',
      '02',
      '9007199254740993',
      '',
      '\u0662',
      '1'.repeat(300),
    ]
    const others = ['', 'x'.repeat(512), 'x'.repeat(15_000), encode('.'.repeat(10_000)), '%00', '\u0000']
    for (const given of [...seqs.map(withSeq), withSeq('1'.repeat(10_000)), ...others]) {
      live.received.length = 0
      const answer = await live.socket.emitWithAck('subscribe', { organisation: id, cursor: given })
      await live.settled()
      expect(answer, given).to.include({ cursor, role: 'admin' })
      expect(live.received, given).to.deep.equal([
        { name: 'resync', body: { organisation: id, reason: 'cursor_invalid' } },
      ])
    }
  })
})

describe('a reader who may see none of what happened', () => {
  it('E56 is told the position after thousands of such events, and reads none of them again', async function () {
    this.timeout(300_000)
    const hidden = process.env.ROLECALL_LONG === '1' ? 10_000 : 2_000
    const server = await startServer()
    const { id, add } = await anOrganisation({ url: server.url })
    const developer = await add('developer')
    let finds = 0
    server.app.connection.set('debug', (collection: string, method: string) => {
      if (collection === 'events' && method === 'find') finds += 1
    })
    const earlier = await connectLive(developer)
    const before = await earlier.subscribe(id)
    earlier.close()
    await appendHidden(server.app.log, id, developer, hidden)
    const goOn = async (cursor: string): Promise<{ live: LiveClient; subscribed: Subscription; finds: number }> => {
      finds = 0
      const live = await connectLive(developer)
      const subscribed = await live.subscribe(id, cursor)
      if (cursor === before.cursor) await live.until(({ name }) => name === 'position')
      await live.settled()
      return { live, subscribed, finds }
    }
    const first = await goOn(before.cursor)
    expect(first.finds, 'the rig sees what is read').to.be.above(hidden / 1_000)
    expect(first.live.received.map(({ name }) => name)).to.deep.equal(['position'])
    const { cursor } = first.live.received[0]?.body ?? {}
    const second = await goOn(cursor)
    expect(second.subscribed.cursor).to.equal(cursor)
    expect(second.live.received).to.deep.equal([])
    expect(second.finds).to.equal(0)
    await server.close()
  })
})

describe('what Developers and Accounting are sent', () => {
  it('E30 never has anything of the members: live, in replay, over HTTP and in refusals', async () => {
    const { id, admin, add } = await anOrganisation()
    for (const role of ['developer', 'accounting'] as const) {
      const reader = await add(role)
      const live = await connectLive(reader)
      const { cursor } = await live.subscribe(id)
      const secret = unique('Hidden')
      const hidden = await add('manager', { name: secret, email: `${secret.replace(' ', '-')}@example.com` })
      await admin.api('PATCH', `/organisations/${id}/members/${hidden.member}`, { role: 'developer' })
      await hidden.api('PATCH', '/account', { name: `${secret} again` })
      const replay = await connectLive(reader)
      await replay.subscribe(id, cursor)
      await replay.until(({ name }) => name === 'position')
      await live.settled()
      const path = `/organisations/${id}`
      const answers = await Promise.all([
        reader.api('GET', `${path}/events?limit=200`),
        reader.api('GET', `${path}/events?type=member.added`),
        reader.api('GET', `${path}/events?actor=${hidden.account.id}`),
        reader.api('GET', `${path}/members`),
        reader.api('GET', `${path}/members/${hidden.member}`),
        reader.api('PATCH', `${path}/members/${hidden.member}`, { role: 'admin' }),
        reader.api('DELETE', `${path}/members/${hidden.member}`),
        reader.api('POST', `${path}/members`, { email: hidden.email, role: 'developer' }),
        reader.api('GET', path),
        reader.api('GET', `${path}/permissions`),
      ])
      const sent = JSON.stringify([live.received, replay.received, answers.map(({ text }) => text)])
      for (const text of [secret, secret.replace(' ', '-'), hidden.account.id, 'member.added']) {
        expect(sent, role).not.to.contain(text)
      }
      expect(sent).not.to.match(/"audience":"(?!organisation:read)/)
    }
  })
})
