import { permissionsOf } from '@rolecall/contract'
import { expect } from 'chai'
import { changeName, changeSomebody, cursorOf, rename, seqs } from './rig/changes.ts'
import { connectLive, eventAt } from './rig/live.ts'
import { anOrganisation, signUp } from './rig/people.ts'

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
    expect(refused).to.have.property('problem').that.deep.equals({
      type: 'urn:rolecall:problem:not_found',
      code: 'not_found',
      status: 404,
      title: 'There is nothing here',
      detail: 'There is nothing here',
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
      expect(answer, JSON.stringify(request)).to.have.nested.property('problem.detail').that.is.a('string')
    }
    const unknown = await live.socket.emitWithAck('subscribe', { organisation: organisation.id, as: 'admin' } as never)
    expect(unknown).to.have.nested.property('problem.detail', 'as: is not known here')
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

  it('replays a long log in order, filtered by present access', async () => {
    const organisation = await anOrganisation()
    const developer = await organisation.add('developer')
    const other = await organisation.add('developer')
    const since = await cursorOf(organisation, 4)
    const visible: number[] = []
    for (let count = 0; count < 40; count += 1) {
      await changeSomebody(organisation, other.member, count % 2 === 0 ? 'manager' : 'developer')
      visible.push(await changeName(organisation, count))
    }
    const live = await connectLive(developer)
    await live.subscribe(organisation.id, since)
    await live.until(eventAt(visible.at(-1) ?? 0))
    expect(seqs(live.received)).to.deep.equal(visible)
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
