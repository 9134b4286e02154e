import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { appendHidden } from '../rig/bulk.ts'
import { connectLive, eventAt, type LiveClient } from '../rig/live.ts'
import { anOrganisation, type Person } from '../rig/people.ts'
import { startServerProcess } from '../rig/process.ts'
import { megabytes, metricsOf } from '../rig/process-metrics.ts'
import { startServer } from '../rig/server.ts'
import { stopReading } from '../rig/silent-reader.ts'

const isLong = process.env.ROLECALL_LONG === '1'
const silent = isLong ? 300 : 8
/** Events that a request for a replay brings at once: fewer than the feed remembers. */
const backlog = 250
/** Long, so that fewer events fill what the kernel keeps for a connection, some 3 MB, and the bound beyond. */
const name = '長'.repeat(100)
/** About 60 kB. */
const burst = 50
const probes = isLong ? 200 : 20

interface Scene {
  readonly id: string
  readonly admin: Person
  /** Changes a role; answers the position of the event. */
  change(): Promise<number>
}

async function aScene(url: string, name?: string): Promise<Scene> {
  const named = name === undefined ? {} : { name }
  const organisation = await anOrganisation({ url, ...named })
  const { id, admin } = organisation
  const { member } = await organisation.add('developer', named)
  let role = 'developer'
  async function change(): Promise<number> {
    role = role === 'developer' ? 'manager' : 'developer'
    const { status, text, headers } = await admin.api('PATCH', `/organisations/${id}/members/${member}`, { role })
    expect(status, text).to.equal(200)
    return Number(headers.get('Rolecall-Seq'))
  }
  return { id, admin, change }
}

describe('clients that never read', () => {
  it('E35 are cut at 256 KiB of what is pushed to them, and the others have it all', async function () {
    this.timeout(300_000)
    const server = await startServer()
    const { id, admin, add } = await anOrganisation({ url: server.url })
    const member = await add('developer', { name })
    const silent = await connectLive(admin)
    const reader = await connectLive(admin)
    for (const live of [silent, reader]) await live.subscribe(id)
    stopReading(silent)
    let isCut = false
    const cut = silent.ended.then(() => {
      isCut = true
    })

    let [pushed, most] = [0, 0]
    while (!isCut) {
      await appendHidden(server.app.log, id, member, burst)
      pushed += burst
      await reader.until(eventAt(3 + pushed))
      most = Math.max(most, (await metricsOf(server.url)).unsentBytes)
    }
    await cut
    console.log(`      cut after ${pushed} events, with at most ${megabytes(most)} unsent`)
    // The bound, and what can be pushed until the server looks again.
    expect(most).to.be.within(1, 2 * 1024 * 1024)
    expect(reader.received.flatMap(({ name, body }) => (name === 'event' ? [body.seq] : []))).to.deep.equal(
      Array.from({ length: pushed }, (_, index) => 4 + index),
    )
    await server.close()
  })

  it(`E35 are cut at a bound, all ${silent}, their memory comes back, and the others go on`, async function () {
    this.timeout(600_000)
    const server = await startServerProcess({ env: { LOG_LEVEL: 'warn' } })
    const flooded = await aScene(server.url, name)
    const probed = await aScene(server.url)
    const first = await connectLive(flooded.admin)
    const { cursor } = await first.subscribe(flooded.id)
    for (let count = 0; count < backlog; count += 1) await flooded.change()
    const reader = await connectLive(probed.admin)
    await reader.subscribe(probed.id)

    /** Milliseconds from a change until the reader has its event. */
    const probe = async (count: number) => {
      const times: number[] = []
      for (let made = 0; made < count; made += 1) {
        const startedAt = performance.now()
        await reader.until(eventAt(await probed.change()))
        times.push(performance.now() - startedAt)
      }
      return times.sort((one, other) => one - other)
    }
    const alone = await probe(probes)

    const clients: LiveClient[] = []
    for (let count = 0; count < silent; count += 1) {
      const client = await connectLive(flooded.admin)
      await client.subscribe(flooded.id)
      clients.push(client)
    }
    const connected = await metricsOf(server.url)

    let peak = connected.heapBytes
    let isOver = false
    const crowded: number[] = []
    const probing = (async () => {
      while (!isOver) {
        crowded.push(...(await probe(5)))
        peak = Math.max(peak, (await metricsOf(server.url)).heapBytes)
      }
    })()
    for (const client of clients) stopReading(client)
    const startedAt = performance.now()
    const cut = Promise.all(clients.map(({ ended }) => ended)).then(() => {
      isOver = true
    })
    // A replay brings much at once, and the rate leaves the server time for others.
    while (!isOver) {
      for (const { socket } of clients) socket.emit('subscribe', { organisation: flooded.id, cursor }, () => undefined)
      await Promise.race([cut, pause(silent * 20)])
    }
    const cutAfterMs = Math.round(performance.now() - startedAt)
    await probing
    // Memory is given back when it is needed again, so that somebody has to work, which takes a minute.
    let after = await metricsOf(server.url)
    while (isLong && after.heapBytes > connected.heapBytes + 32 * 1024 * 1024) {
      await probe(20)
      after = await metricsOf(server.url)
    }
    crowded.sort((one, other) => one - other)

    const p99 = (times: readonly number[]) => times[Math.floor(times.length * 0.99)] ?? 0
    console.log(
      `      all cut after ${cutAfterMs} ms; heap ${megabytes(connected.heapBytes)}, at most ${megabytes(peak)}, then ${megabytes(after.heapBytes)}; p99 of the others ${p99(alone).toFixed(1)} ms before, ${p99(crowded).toFixed(1)} ms meanwhile (${(p99(crowded) / p99(alone)).toFixed(2)} ×, ${crowded.length} probes)`,
    )
    const megabyte = 1024 * 1024
    expect(peak - connected.heapBytes, 'kept for those who do not read').to.be.below(silent * megabyte + 76 * megabyte)
    expect(reader.socket.connected).to.equal(true)
    first.close()
    for (const client of clients) client.close()
    await server.kill('SIGTERM')
  })
})
