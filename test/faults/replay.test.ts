import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { appendHidden } from '../rig/bulk.ts'
import { connectLive, eventAt } from '../rig/live.ts'
import { anOrganisation } from '../rig/people.ts'
import { startServer } from '../rig/server.ts'
import { stopReading } from '../rig/silent-reader.ts'

const seqsOf = (received: readonly { readonly name: string; readonly body: { readonly seq: number } }[]) =>
  received.flatMap(({ name, body }) => (name === 'event' ? [body.seq] : []))

describe('a replay', () => {
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
