import { expect } from 'chai'
import { changeName, rename, seqs } from './rig/changes.ts'
import { connectLive, eventAt } from './rig/live.ts'
import { anOrganisation, signUp, unique } from './rig/people.ts'

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
