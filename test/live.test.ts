import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { permissionsOf } from '@rolecall/contract'
import { expect } from 'chai'
import { connectLive, eventAt } from './rig/live.ts'
import { anOrganisation, apiOf, signUp, type TestOrganisation, unique } from './rig/people.ts'
import { startServer, testEnvironment } from './rig/server.ts'

async function rename(organisation: TestOrganisation): Promise<number> {
  const answer = await organisation.admin.api('PATCH', `/organisations/${organisation.id}`, {
    name: organisation.name.replace(/( v\d+)?$/, ` v${Math.random().toString().slice(2, 8)}`),
  })
  expect(answer.status, answer.text).to.equal(200)
  return Number(answer.headers.get('Rolecall-Seq'))
}

/** Something that nobody below member:read may see, as often as one likes. */
async function changeSomebody(organisation: TestOrganisation, member: string, role: string): Promise<number> {
  const answer = await organisation.admin.api('PATCH', `/organisations/${organisation.id}/members/${member}`, { role })
  expect(answer.status, answer.text).to.equal(200)
  return Number(answer.headers.get('Rolecall-Seq'))
}

async function cursorOf(organisation: TestOrganisation, seq: number): Promise<string> {
  const { body } = await organisation.admin.api('GET', `/organisations/${organisation.id}/events?limit=200`)
  return body.data.find((event: { seq: number }) => event.seq === seq).cursor
}

const seqs = (received: readonly { name: string; body: { seq: number } }[]) =>
  received.filter(({ name }) => name === 'event').map(({ body }) => body.seq)

describe('subscribing to an organisation', () => {
  it('acknowledges with role, permissions and the cursor from which events follow', async () => {
    const organisation = await anOrganisation()
    const live = await connectLive(organisation.admin)
    const subscribed = await live.subscribe(organisation.id)
    expect(subscribed).to.deep.equal({
      cursor: await cursorOf(organisation, 2),
      role: 'admin',
      permissions: permissionsOf('admin'),
    })
    const seq = await rename(organisation)
    const { body } = await live.until(eventAt(seq))
    const { body: page } = await organisation.admin.api('GET', `/organisations/${organisation.id}/events?limit=200`)
    expect(body, 'the same envelope as over HTTP').to.deep.equal(page.data.at(-1))
  })

  it('answers an outsider as it answers for an organisation that does not exist', async () => {
    const organisation = await anOrganisation()
    const live = await connectLive(await signUp())
    const problemOf = (id: string) => live.socket.emitWithAck('subscribe', { organisation: id })
    const refused = await problemOf(organisation.id)
    expect(refused).to.deep.include({
      problem: { ...('problem' in refused ? refused.problem : {}), code: 'not_found' },
    })
    expect(refused).to.deep.equal(await problemOf('org_00000000000000000000000000'))
  })

  it('refuses a request that is not one, and goes on', async () => {
    const organisation = await anOrganisation()
    const live = await connectLive(organisation.admin)
    for (const request of [
      null,
      1,
      [],
      {},
      { organisation: { $ne: '' } },
      { organisation: organisation.id, as: 'admin' },
    ]) {
      const answer = await live.socket.emitWithAck('subscribe', request as never)
      expect(answer, JSON.stringify(request)).to.have.nested.property('problem.code', 'invalid_request')
    }
    live.socket.emit('subscribe', { organisation: organisation.id }, undefined as never)
    await live.settled()
    expect(await live.subscribe(organisation.id)).to.have.property('role', 'admin')
  })

  it('E31 leaves neither gap nor duplicate between replay and stream while changes go on', async () => {
    const organisation = await anOrganisation()
    const cursor = await cursorOf(organisation, 2)
    for (let count = 0; count < 20; count += 1) await changeName(organisation, count)
    let stop = false
    const writing = (async () => {
      for (let count = 20; !stop; count += 1) await changeName(organisation, count)
    })()
    const clients = []
    for (let count = 0; count < 8; count += 1) {
      const live = await connectLive(organisation.admin)
      await live.subscribe(organisation.id, cursor)
      clients.push(live)
    }
    stop = true
    await writing
    const last = await rename(organisation)
    for (const live of clients) {
      await live.until(eventAt(last))
      expect(seqs(live.received)).to.deep.equal(Array.from({ length: last - 2 }, (_, index) => index + 3))
    }
  })

  it('tells a reader of hidden events the position, from which the next replay begins', async () => {
    const organisation = await anOrganisation()
    const developer = await organisation.add('developer')
    const other = await organisation.add('developer')
    const live = await connectLive(developer)
    await live.subscribe(organisation.id)
    await changeSomebody(organisation, other.member, 'manager')
    const last = await changeSomebody(organisation, other.member, 'developer')
    const { body } = await live.until(({ name, body }) => name === 'position' && body.cursor !== undefined)
    expect(body).to.have.property('organisation', organisation.id)
    expect(seqs(live.received)).to.deep.equal([])
    const again = await connectLive(developer)
    const subscribed = await again.subscribe(organisation.id, body.cursor)
    expect(subscribed.cursor).to.equal(body.cursor)
    const renamed = await rename(organisation)
    await again.until(eventAt(renamed))
    expect(seqs(again.received)).to.deep.equal([renamed])
    expect(renamed).to.be.greaterThan(last)
  })

  it('replays to the founder from the very first event', async () => {
    const organisation = await anOrganisation()
    const live = await connectLive(organisation.admin)
    await live.subscribe(organisation.id, await cursorOf(organisation, 1))
    await live.until(eventAt(2))
    expect(live.received.map(({ name }) => name)).to.deep.equal(['event', 'position'])
  })

  it('replays a long log in order, filtered by present access', async function () {
    this.timeout(60_000)
    const organisation = await anOrganisation()
    const developer = await organisation.add('developer')
    const other = await organisation.add('developer')
    const since = await cursorOf(organisation, 4)
    const visible: number[] = []
    for (let count = 0; count < 150; count += 1) {
      await changeSomebody(organisation, other.member, count % 2 === 0 ? 'manager' : 'developer')
      visible.push(await changeName(organisation, count))
    }
    const live = await connectLive(developer)
    await live.subscribe(organisation.id, since)
    await live.until(eventAt(visible.at(-1) ?? 0))
    expect(seqs(live.received)).to.deep.equal(visible)
  })
})

/** Renames without holding names: back and forth between two spellings of one name. */
async function changeName(organisation: TestOrganisation, count: number): Promise<number> {
  const name = count % 2 === 0 ? organisation.name.toUpperCase() : organisation.name.toLowerCase()
  const answer = await organisation.admin.api('PATCH', `/organisations/${organisation.id}`, { name })
  expect(answer.status, answer.text).to.equal(200)
  return Number(answer.headers.get('Rolecall-Seq'))
}

describe('losing access', () => {
  it('E28 shows a demoted person nothing above the change that they may not see, on every socket', async () => {
    const organisation = await anOrganisation()
    const person = await organisation.add('manager')
    const other = await organisation.add('developer')
    const watcher = await connectLive(organisation.admin)
    await watcher.subscribe(organisation.id)
    const sockets = [await connectLive(person), await connectLive(person)]
    for (const live of sockets) await live.subscribe(organisation.id)
    const before = await changeSomebody(organisation, other.member, 'accounting')
    const demoted = await changeSomebody(organisation, person.member, 'developer')
    await changeSomebody(organisation, other.member, 'developer')
    const renamed = await rename(organisation)
    await watcher.until(eventAt(renamed))
    for (const live of sockets) {
      await live.until(eventAt(renamed))
      expect(seqs(live.received)).to.deep.equal([before, renamed])
      expect(live.received.filter(({ name }) => name === 'access')).to.deep.equal([
        {
          name: 'access',
          body: {
            organisation: organisation.id,
            seq: demoted,
            role: 'developer',
            permissions: permissionsOf('developer'),
          },
        },
      ])
    }
  })

  it('E28 shows a promoted person what they may see now, from the change on, told first', async () => {
    const organisation = await anOrganisation()
    const person = await organisation.add('developer')
    const live = await connectLive(person)
    await live.subscribe(organisation.id)
    const promoted = await changeSomebody(organisation, person.member, 'manager')
    await live.until(eventAt(promoted))
    expect(live.received.map(({ name, body }) => [name, body.seq])).to.deep.equal([
      ['access', promoted],
      ['event', promoted],
    ])
  })

  it('E29 gives a removed person exactly one terminal message on each socket, subscribed or not, then nothing', async () => {
    const organisation = await anOrganisation()
    const person = await organisation.add('manager')
    const watcher = await connectLive(organisation.admin)
    await watcher.subscribe(organisation.id)
    const subscribed = await connectLive(person)
    await subscribed.subscribe(organisation.id)
    const unsubscribed = await connectLive(person)
    const removal = await organisation.admin.api('DELETE', `/organisations/${organisation.id}/members/${person.member}`)
    expect(removal.status).to.equal(204)
    const seq = Number(removal.headers.get('Rolecall-Seq'))
    const renamed = await rename(organisation)
    await watcher.until(eventAt(renamed))
    for (const live of [subscribed, unsubscribed]) {
      await live.settled()
      expect(live.received).to.deep.equal([
        { name: 'revoked', body: { organisation: organisation.id, seq, reason: 'removed' } },
      ])
    }
    const refused = await subscribed.socket.emitWithAck('subscribe', { organisation: organisation.id })
    expect(refused).to.have.nested.property('problem.code', 'not_found')
  })

  it('E28 E29 holds in mid-subscribe: whoever is removed while a replay is under way hears of nothing above it', async () => {
    const organisation = await anOrganisation()
    const cursor = await cursorOf(organisation, 2)
    for (let count = 0; count < 30; count += 1) await changeName(organisation, count)
    const watcher = await connectLive(organisation.admin)
    await watcher.subscribe(organisation.id)
    for (let round = 0; round < 10; round += 1) {
      const person = await organisation.add('manager')
      const [{ body: own }, live] = await Promise.all([
        person.api('GET', `/organisations/${organisation.id}/events?limit=200`),
        connectLive(person),
      ])
      const start = own.data.at(-1).cursor
      for (let count = 0; count < 5; count += 1) await changeName(organisation, count)
      const subscribing = live.socket.emitWithAck('subscribe', {
        organisation: organisation.id,
        cursor: round % 2 === 0 ? start : cursor,
      })
      const removal = await organisation.admin.api(
        'DELETE',
        `/organisations/${organisation.id}/members/${person.member}`,
      )
      const seq = Number(removal.headers.get('Rolecall-Seq'))
      await subscribing
      await watcher.until(eventAt(await changeName(organisation, round)))
      await live.settled()
      expect(seqs(live.received).filter((one) => one >= seq)).to.deep.equal([])
      expect(live.received.filter(({ name }) => name === 'revoked').length).to.equal(1)
      expect(live.received.at(-1)?.name, JSON.stringify(live.received.at(-1))).to.equal('revoked')
    }
  })

  it('E28 gives nothing in replay to whoever was removed and added again while away: a cursor from before is answered with resync', async () => {
    const organisation = await anOrganisation()
    const person = await organisation.add('manager')
    const before = await connectLive(person)
    const { cursor } = await before.subscribe(organisation.id)
    before.close()
    await organisation.admin.api('DELETE', `/organisations/${organisation.id}/members/${person.member}`)
    const hidden = await rename(organisation)
    const added = await organisation.admin.api('POST', `/organisations/${organisation.id}/members`, {
      email: person.email,
      role: 'manager',
    })
    expect(added.status).to.equal(201)
    const live = await connectLive(person)
    const subscribed = await live.subscribe(organisation.id, cursor)
    expect(subscribed.cursor).to.not.equal(cursor)
    const renamed = await changeName(organisation, 0)
    await live.until(eventAt(renamed))
    expect(live.received.filter(({ name }) => name === 'resync')).to.deep.equal([
      { name: 'resync', body: { organisation: organisation.id, reason: 'cursor_before_membership' } },
    ])
    expect(seqs(live.received)).to.deep.equal([renamed])
    expect(seqs(live.received)).to.not.include(hidden)
  })

  it('E29 tells every member of a deleted organisation once, and shows nobody the event that ended their access', async () => {
    const organisation = await anOrganisation()
    const developer = await organisation.add('developer')
    const accountant = await organisation.add('accounting')
    const stranger = await connectLive(await signUp())
    const clients = await Promise.all([organisation.admin, developer, accountant].map((person) => connectLive(person)))
    const [first, second] = clients
    await first?.subscribe(organisation.id)
    await second?.subscribe(organisation.id)
    const deletion = await organisation.admin.api('DELETE', `/organisations/${organisation.id}`)
    expect(deletion.status).to.equal(204)
    const seq = Number(deletion.headers.get('Rolecall-Seq'))
    for (const live of clients) {
      await live.until(({ name }) => name === 'revoked')
      await live.settled()
      expect(live.received).to.deep.equal([
        { name: 'revoked', body: { organisation: organisation.id, seq, reason: 'organisation_deleted' } },
      ])
    }
    await stranger.settled()
    expect(stranger.received).to.deep.equal([])
  })
})

describe('cursors over the socket', () => {
  it('E34 answers a forged, foreign or future cursor with an explicit resync and the present position', async () => {
    const organisation = await anOrganisation()
    const foreign = await anOrganisation()
    const cursor = await cursorOf(organisation, 2)
    const text = Buffer.from(cursor, 'base64url').toString()
    const forge = (change: (parts: string[]) => void) => {
      const parts = text.split('.')
      change(parts)
      return Buffer.from(parts.join('.')).toString('base64url')
    }
    const cursors: [string, string][] = [
      ['nonsense', 'cursor_invalid'],
      ['', 'cursor_invalid'],
      ['-1', 'cursor_invalid'],
      [await cursorOf(foreign, 2), 'cursor_invalid'],
      [forge((parts) => void parts.splice(2, 1, '-5')), 'cursor_invalid'],
      [forge((parts) => void parts.splice(2, 1, '1')), 'cursor_invalid'],
      [forge((parts) => void parts.splice(2, 1, '99999999999999999999')), 'cursor_invalid'],
      [forge((parts) => void parts.splice(3, 1, '0000000000000000')), 'cursor_invalid'],
      [forge((parts) => void parts.splice(2, 1, '999999')), 'cursor_from_future'],
    ]
    const live = await connectLive(organisation.admin)
    for (const [given, reason] of cursors) {
      live.received.length = 0
      const subscribed = await live.subscribe(organisation.id, given)
      await live.settled()
      expect(subscribed.cursor, given).to.equal(cursor)
      expect(live.received, given).to.deep.equal([{ name: 'resync', body: { organisation: organisation.id, reason } }])
    }
  })
})

describe('sockets and sessions', () => {
  it('refuses a handshake without a valid token, with the problem', async () => {
    const person = await signUp()
    for (const token of ['', 'x', person.session.refreshToken ?? '', `${person.session.accessToken}x`]) {
      const refusal = await connectLive(person, { token }).then(
        () => 'connected',
        (reason: unknown) => reason,
      )
      expect(refusal, token).to.have.nested.property('problem.code', 'unauthenticated')
    }
  })

  it('ends the sockets of a session that ends, and refuses its token from then on', async () => {
    const person = await signUp()
    const live = await connectLive(person)
    expect((await person.api('DELETE', '/sessions/current')).status).to.equal(204)
    expect(await live.ended).to.equal('io server disconnect')
    const refusal = await connectLive(person).catch((reason: unknown) => reason)
    expect(refusal).to.have.nested.property('problem.code', 'unauthenticated')
  })

  it('takes a fresh token of the same account in-band, and of no other', async () => {
    const person = await signUp()
    const stranger = await signUp()
    const live = await connectLive(person)
    const refused = await live.socket.emitWithAck('authenticate', { token: stranger.session.accessToken })
    expect(refused).to.have.nested.property('problem.code', 'forbidden')
    const { body } = await person.api('POST', '/sessions', { email: person.email, password: person.password })
    const accepted = await live.socket.emitWithAck('authenticate', { token: body.session.accessToken })
    expect(accepted).to.deep.equal({ expiresAt: body.session.expiresAt })
    await person.api('DELETE', '/sessions/current')
    await live.settled()
    expect(live.socket.connected, 'the socket belongs to the new session').to.equal(true)
  })

  it('E33 restores no rooms of an earlier connection', async () => {
    const organisation = await anOrganisation()
    const first = await connectLive(organisation.admin)
    await first.subscribe(organisation.id)
    const offset = (await first.until(eventAt(await rename(organisation)))).body.cursor
    first.socket.io.engine.close()
    await first.ended
    const session = Reflect.get(first.socket, '_pid')
    expect(session, 'the server gives no session to recover').to.equal(undefined)
    const again = await connectLive(organisation.admin)
    const seq = await changeName(organisation, 0)
    const subscribed = await again.subscribe(organisation.id, offset)
    await again.until(eventAt(seq))
    expect(subscribed.cursor).to.equal(offset)
    expect(seqs(again.received)).to.deep.equal([seq])
  })

  it('E50 refuses handshakes from pages of origins that are not allowed, over WebSocket and polling', async () => {
    const person = await signUp()
    for (const transports of [['websocket'], ['polling']]) {
      const refusal = await connectLive(person, { transports, headers: { Origin: 'https://evil.example' } }).then(
        () => 'connected',
        () => 'refused',
      )
      expect(refusal, transports.join()).to.equal('refused')
      const own = await connectLive(person, { transports, headers: { Origin: person.url } })
      own.close()
    }
  })

  it('cuts a connection that sends faster than anybody needs, and no other', async () => {
    const person = await signUp()
    const other = await connectLive(person)
    const flooding = await connectLive(person)
    for (let count = 0; count < 1_000; count += 1)
      flooding.socket.emit('unsubscribe', { organisation: 'x' }, () => undefined)
    await flooding.ended
    await other.settled()
    expect(other.socket.connected).to.equal(true)
  })

  it('answers a revoking call once the sockets concerned have been told: the answer says that it is fenced', async () => {
    const organisation = await anOrganisation()
    const person = await organisation.add('manager')
    const live = await connectLive(person)
    await live.subscribe(organisation.id)
    const removal = await organisation.admin.api('DELETE', `/organisations/${organisation.id}/members/${person.member}`)
    expect(removal.headers.get('Rolecall-Fenced')).to.equal('true')
    await live.settled()
    expect(live.received.at(-1)?.name).to.equal('revoked')
  })

  it('disturbs nobody by a revoking call that changes nothing, also where the feed has not seen the log', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'rolecall-live-'))
    const env = testEnvironment(dataDir)
    const first = await startServer({ dataDir, env })
    const organisation = await anOrganisation({ url: first.url })
    const person = await organisation.add('developer', { url: first.url })
    await first.close()
    const again = await startServer({ dataDir, env })
    const bystander = await connectLive(await signUp({ url: again.url }))
    const api = apiOf(again.url, organisation.admin.session.accessToken)
    for (let count = 0; count < 3; count += 1) {
      const same = await api('PATCH', `/organisations/${organisation.id}/members/${person.member}`, {
        role: 'developer',
      })
      expect([same.status, same.headers.get('Rolecall-Fenced')]).to.deep.equal([200, 'true'])
    }
    await bystander.settled()
    expect(bystander.received).to.deep.equal([])
    await again.close()
    await rm(dataDir, { recursive: true })
  })

  it('bounds the subscriptions of one connection', async () => {
    const person = await signUp()
    const live = await connectLive(person)
    const { body } = await person.api('GET', '/organisations')
    await live.subscribe(body.data[0].id)
    const answers = await Promise.all(
      Array.from({ length: 101 }, (_, count) =>
        live.socket.emitWithAck('subscribe', { organisation: unique('org').replace(' ', '_') + count }),
      ),
    )
    const codes = answers.map((answer) => ('problem' in answer ? answer.problem.code : 'subscribed'))
    expect(new Set(codes)).to.deep.equal(new Set(['not_found', 'too_many_subscriptions']))
    expect(codes.filter((code) => code === 'too_many_subscriptions').length).to.be.at.least(2)
    expect(await live.subscribe(body.data[0].id)).to.have.property('role', 'admin')
  })
})
