import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { appendHidden } from '../rig/bulk.ts'
import { aRemoteDatabase } from '../rig/database.ts'
import { connectLive, eventAt } from '../rig/live.ts'
import { anOrganisation } from '../rig/people.ts'
import { startServer } from '../rig/server.ts'
import { stopReading } from '../rig/silent-reader.ts'

/** What asks the database for a page of a replay, and for nothing else. */
const page = '$lte\0'

const seqsOf = (received: readonly { readonly name: string; readonly body: { readonly seq: number } }[]) =>
  received.flatMap(({ name, body }) => (name === 'event' ? [body.seq] : []))

describe('a replay', () => {
  it('E28 shows nothing of a page that was read before a demotion and is sent after it', async () => {
    const { uri, network } = await aRemoteDatabase()
    const server = await startServer({ env: { MONGODB_URI: uri } })
    const organisation = await anOrganisation({ url: server.url })
    const { id, admin } = organisation
    const reader = await organisation.add('manager')
    const live = await connectLive(reader)
    const { cursor } = await live.subscribe(id)
    await live.socket.emitWithAck('unsubscribe', { organisation: id })
    // More than the feed remembers.
    await appendHidden(server.app.log, id, reader, 400)

    // The first page tells whether the cursor is good, and is acknowledged and sent; the second one waits.
    const letFirstGo = network.keepBack(page)
    const asksForFirst = network.next(page)
    const subscribing = live.subscribe(id, cursor)
    await asksForFirst
    letFirstGo()
    const letPageGo = network.keepBack(page)
    const asksForPage = network.next(page)
    await subscribing
    await asksForPage
    const demoted = await admin.api('PATCH', `/organisations/${id}/members/${reader.member}`, { role: 'developer' })
    expect(demoted.status, demoted.text).to.equal(200)
    letPageGo()
    await live.until(({ name }) => name === 'position')
    const lost = live.received.findIndex(({ name }) => name === 'access')
    expect(seqsOf(live.received.slice(0, lost)).at(-1)).to.be.within(4, 64)
    expect(live.received.slice(lost).map(({ name }) => name)).to.deep.equal(['access', 'position'])
    await server.close()
  })

  it('E35 E31 waits for a reader who is slow, instead of filling their buffer until they are cut', async function () {
    this.timeout(120_000)
    // More than the network itself keeps for a connection, which here are some 5 MB.
    const events = process.env.ROLECALL_LONG === '1' ? 10_000 : 4_000
    const server = await startServer()
    const organisation = await anOrganisation({ url: server.url })
    const { id, admin } = organisation
    const member = await organisation.add('developer', { name: '長'.repeat(100) })
    const live = await connectLive(admin)
    const { cursor } = await live.subscribe(id)
    await live.socket.emitWithAck('unsubscribe', { organisation: id })
    await appendHidden(server.app.log, id, member, events)
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
    await Promise.race([
      live.until(eventAt(from + events)),
      live.ended.then((reason) => {
        throw new Error(`the slow reader was cut: ${reason}`)
      }),
    ])
    expect(seqsOf(live.received)).to.deep.equal(Array.from({ length: events }, (_, index) => from + 1 + index))
    await server.close()
  })
})
