import { expect } from 'chai'
import { connectLive, eventAt } from '../rig/live.ts'
import { anOrganisation } from '../rig/people.ts'
import { startServerProcess } from '../rig/process.ts'
import { megabytes, metricsOf, untilMetrics } from '../rig/process-metrics.ts'
import { readLog } from '../rig/writer.ts'

const reconnects = process.env.ROLECALL_LONG === '1' ? 5_000 : 200
const atOnce = 20
const events = 300

describe('clients that come back with a cursor', () => {
  it(`E31 get exactly what they missed, each of ${reconnects}, and leave nothing behind`, async function () {
    this.timeout(60_000 + reconnects * 100)
    const server = await startServerProcess({ env: { LOG_LEVEL: 'warn' } })
    const organisation = await anOrganisation({ url: server.url })
    const { id, admin } = organisation
    const { member } = await organisation.add('developer')
    let made = 0
    const change = async (): Promise<number> => {
      made += 1
      const role = made % 2 === 0 ? 'developer' : 'manager'
      const { status, text, headers } = await admin.api('PATCH', `/organisations/${id}/members/${member}`, { role })
      // On a busy machine some have to wait too long.
      if (status === 503) return change()
      expect(status, text).to.equal(200)
      return Number(headers.get('Rolecall-Seq'))
    }
    while (made < events) await change()
    const cursors = (await readLog(admin.api, id)).map(({ cursor }) => cursor)

    const comeBack = async () => {
      const from = 1 + Math.floor(Math.random() * (cursors.length - 1))
      const live = await connectLive(admin)
      const before = await change()
      await live.subscribe(id, cursors[from - 1])
      const last = await change()
      expect(last).to.be.above(before)
      await live.until(eventAt(last))
      const seqs = live.received.flatMap(({ name, body }) => (name === 'event' ? [Number(body.seq)] : []))
      const wanted = Array.from({ length: last - from }, (_, index) => from + 1 + index)
      expect(seqs.slice(0, wanted.length)).to.deep.equal(wanted)
      live.close()
      await live.ended
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
    // The first ones warm up what stays: connections to the database, compiled code.
    await round(reconnects / 4)
    const before = await metricsOf(server.url)
    await round(reconnects - reconnects / 4)
    const after = await untilMetrics(
      server.url,
      ({ descriptors, heapBytes }) =>
        descriptors <= before.descriptors && heapBytes < before.heapBytes + 32 * 1024 * 1024,
    )
    console.log(
      `      descriptors ${before.descriptors}, then ${after.descriptors}; heap ${megabytes(before.heapBytes)}, then ${megabytes(after.heapBytes)}; ${made} changes`,
    )
    await server.kill('SIGTERM')
  })
})
