import { expect } from 'chai'
import { insist } from '../rig/insist.ts'
import { connectLive, eventAt, type LiveClient } from '../rig/live.ts'
import { anOrganisation, unique } from '../rig/people.ts'
import { startServerProcess } from '../rig/process.ts'
import { megabytes, metricsOf, untilMetrics } from '../rig/process-metrics.ts'
import { readLog } from '../rig/writer.ts'

const isLong = process.env.ROLECALL_LONG === '1'
const reconnects = isLong ? 5_000 : 40
const atOnce = isLong ? 20 : 4
/** More than the feed remembers in the long run, which reads pages of the log. */
const events = isLong ? 300 : 60
/** Connections to the database, and those of the requests, come and go by themselves. */
const spareDescriptors = 20

/** A server that lags behind sends everybody away, to come back once more. */
const orEnded = <Value>({ ended }: LiveClient, coming: Promise<Value>): Promise<Value | undefined> =>
  Promise.race([coming, ended.then(() => undefined)])

function whileUnavailable(refusal: { problem?: { code: string } }): undefined {
  if (refusal.problem?.code !== 'unavailable') throw new Error(JSON.stringify(refusal))
}

describe('clients that come back with a cursor', () => {
  it(`E31 get exactly what they missed, each of ${reconnects}, and leave nothing behind`, async function () {
    this.timeout(300_000 + reconnects * 100)
    // A third more than it needs: whoever left something behind would soon have filled it.
    const server = await startServerProcess({ env: { LOG_LEVEL: 'warn', NODE_OPTIONS: '--max-old-space-size=128' } })
    const { id, admin } = await anOrganisation({ url: server.url })
    let made = 0
    /** Something new each time, so that what is sent once more is a change too. */
    const change = async (): Promise<number> => {
      const description = unique('Described')
      const { status, text, headers } = await insist(() => admin.api('PATCH', `/organisations/${id}`, { description }))
      expect(status, text).to.equal(200)
      made += 1
      return Number(headers.get('Rolecall-Seq'))
    }
    while (made < events) await change()
    /** By position: of what has come so far. */
    const cursors = (await readLog(admin.api, id)).map(({ cursor }) => cursor)

    const comeBack = async (): Promise<void> => {
      const from = cursors.length - Math.floor(Math.random() * events)
      const live = await connectLive(admin).catch(whileUnavailable)
      if (live === undefined) return comeBack()
      const before = await change()
      const subscribed = await orEnded(live, live.subscribe(id, cursors[from - 1])).catch(whileUnavailable)
      const last = await change()
      expect(last).to.be.above(before)
      if (subscribed === undefined || (await orEnded(live, live.until(eventAt(last)))) === undefined) return comeBack()
      const seqs = live.received.flatMap(({ name, body }) => (name === 'event' ? [Number(body.seq)] : []))
      const wanted = Array.from({ length: last - from }, (_, index) => from + 1 + index)
      expect(seqs.slice(0, wanted.length)).to.deep.equal(wanted)
      for (const { name, body } of live.received) if (name === 'event') cursors[body.seq - 1] = body.cursor
      live.close()
      await live.ended
      // The rig keeps its clients, and thousands of them hold a lot.
      live.received.length = 0
    }
    const round = async (count: number) => {
      let left = count
      await Promise.all(
        Array.from({ length: atOnce }, async () => {
          while (left > 0) {
            left -= 1
            await comeBack()
          }
        }),
      )
    }
    // The first ones warm up what stays: connections to the database.
    await round(reconnects / 4)
    const before = await metricsOf(server.url)
    await round(reconnects - reconnects / 4)
    // Closed a moment after their clients have gone.
    const after = await untilMetrics(
      server.url,
      ({ descriptors }) => descriptors <= before.descriptors + spareDescriptors,
    )
    console.log(
      `      descriptors ${before.descriptors}, then ${after.descriptors}; heap ${megabytes(after.heapBytes)}; ${made} changes`,
    )
    await server.kill('SIGTERM')
  })
})
