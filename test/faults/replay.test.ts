import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { appendHidden } from '../rig/bulk.ts'
import { connectLive, eventAt, type LiveClient } from '../rig/live.ts'
import { anOrganisation } from '../rig/people.ts'
import { startServer, type TestServer } from '../rig/server.ts'
import { stopReading } from '../rig/silent-reader.ts'

/** More than the network itself keeps for a connection, which here are some 5 MB. */
const manyEvents = process.env.ROLECALL_LONG === '1' ? 10_000 : 4_000
const aLongName = '長'.repeat(100)

/** Resolves when a server asks its database for a page of a log that begins at this position or later. */
function asksForPageFrom({ app }: TestServer, from: number): Promise<void> {
  return new Promise((resolve) => {
    app.connection.set('debug', (collection: string, method: string, filter?: { seq?: { $gt?: number } }) => {
      if (collection === 'events' && method === 'find' && (filter?.seq?.$gt ?? 0) >= from) resolve()
    })
  })
}

const failIfCut = async ({ ended }: LiveClient): Promise<never> => {
  throw new Error(`the slow reader was cut: ${await ended}`)
}

const seqsOf = (received: readonly { readonly name: string; readonly body: { readonly seq: number } }[]) =>
  received.flatMap(({ name, body }) => (name === 'event' ? [body.seq] : []))

describe('a replay', () => {
  it('E35 E31 waits for a reader who is slow, instead of filling their buffer until they are cut', async function () {
    this.timeout(300_000)
    const server = await startServer()
    const organisation = await anOrganisation({ url: server.url })
    const { id, admin } = organisation
    const member = await organisation.add('developer', { name: aLongName })
    const live = await connectLive(admin)
    const { cursor } = await live.subscribe(id)
    await live.socket.emitWithAck('unsubscribe', { organisation: id })
    await appendHidden(server.app.log, id, member, manyEvents)
    let pages = 0
    server.app.connection.set('debug', (collection: string, method: string) => {
      if (collection === 'events' && method === 'find') pages += 1
    })

    await live.subscribe(id, cursor)
    const goOn = stopReading(live)
    // Until the server waits too, or has cut the connection.
    for (let before = -1; pages > before; ) {
      before = pages
      await pause(500)
    }
    expect(live.socket.connected).to.equal(true)
    goOn()
    const from = 3
    await Promise.race([live.until(eventAt(from + manyEvents)), failIfCut(live)])
    expect(seqsOf(live.received)).to.deep.equal(Array.from({ length: manyEvents }, (_, index) => from + 1 + index))
    await server.close()
  })

  it('E28 shows nothing to whoever was demoted while it waited for them, of what was read before', async function () {
    this.timeout(300_000)
    const server = await startServer()
    const organisation = await anOrganisation({ url: server.url })
    const { id, admin } = organisation
    const reader = await organisation.add('manager', { name: aLongName })
    const live = await connectLive(reader)
    const { cursor } = await live.subscribe(id)
    await live.socket.emitWithAck('unsubscribe', { organisation: id })
    await appendHidden(server.app.log, id, reader, manyEvents)

    // It cannot come to an end before it is read, so that it is under way, wherever it waits, when they are demoted. The
    // cursor is on the first page: another one is asked for by the replay alone.
    const goOn = stopReading(live)
    const underWay = asksForPageFrom(server, 64)
    const subscribing = live.subscribe(id, cursor)
    await underWay
    const demoted = await admin.api('PATCH', `/organisations/${id}/members/${reader.member}`, { role: 'developer' })
    expect([demoted.status, demoted.headers.get('Rolecall-Fenced')]).to.deep.equal([200, 'true'])
    goOn()
    await subscribing
    await Promise.race([live.until(({ name }) => name === 'position'), failIfCut(live)])
    const told = live.received.findIndex(({ name }) => name === 'access')
    const before = seqsOf(live.received.slice(0, told))
    expect(before).to.deep.equal(before.map((_, index) => 4 + index))
    expect(before.length, 'the replay was not over').to.be.within(1, manyEvents - 1)
    expect(live.received.slice(told).map(({ name }) => name)).to.deep.equal(['access', 'position'])
    await server.close()
  })
})
