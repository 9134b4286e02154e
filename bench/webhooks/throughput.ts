/** How many deliveries a second one endpoint gets that has many waiting. */
import type { Scale } from '../bench.ts'
import { startChild } from '../child.ts'
import type { Load, Loaded } from '../processes/load.ts'
import type { Measurement } from '../report.ts'
import { aWorld } from '../world.ts'
import { anEndpoint } from './endpoints.ts'

interface Example {
  readonly headers: Readonly<Record<string, string>>
  readonly body: object
}

export async function throughput({ quick, repeats, seconds }: Scale): Promise<Measurement[]> {
  const events = quick ? 300 : 3_000
  const world = await aWorld()
  const [load, receiver] = await Promise.all([startChild('load'), startChild('webhook-receiver')])
  const url = await receiver.call<string>('url')

  async function compare(concurrency: number): Promise<Measurement[]> {
    const { id } = await world.organisation(1)
    const path = await anEndpoint(world, id, { url, types: ['member.*'], concurrency })
    const rates = { ours: [] as number[], bare: [] as number[] }
    const costs = { ours: [] as number[], bare: [] as number[] }
    for (let repeat = -1; repeat < Math.min(repeats, 5); repeat += 1) {
      await world.call('PATCH', path, { enabled: false })
      await world.server.call('fillEvents', { log: id, count: events })
      await receiver.call('reset')
      const ownCpu = await world.server.call<number>('cpuMs')
      await world.call('PATCH', path, { enabled: true })
      // One of a thousand that is filled in is not about a member.
      const expected = events - Math.ceil(events / 1_000)
      await receiver.call('arrived', expected)
      const ownMs = (await world.server.call<number>('cpuMs')) - ownCpu
      const times = await receiver.call<number[]>('times')
      const took = (times[expected - 1] ?? Number.NaN) - (times[0] ?? Number.NaN)
      const { headers, body } = await receiver.call<Example>('example')
      const bareCpu = await load.call<number>('cpuMs')
      const { perSecond, requests } = await load.call<Loaded>('run', {
        url,
        headers,
        method: 'POST',
        paths: Array.from({ length: concurrency }, () => '/'),
        bodies: [body],
        connections: concurrency,
        seconds: Math.min(seconds, 2),
      } satisfies Load)
      if (repeat < 0) continue
      rates.ours.push(((expected - 1) * 1_000) / took)
      rates.bare.push(perSecond)
      costs.ours.push(ownMs / expected)
      costs.bare.push(((await load.call<number>('cpuMs')) - bareCpu) / requests)
    }
    const what = `deliveries, ${concurrency} at once`
    return [
      { what, unit: 'per second', ours: rates.ours, peer: { name: 'bare undici', values: rates.bare } },
      {
        what,
        unit: 'ms of CPU each, engine included',
        ours: costs.ours,
        peer: { name: 'bare undici', values: costs.bare },
      },
    ]
  }

  const compared = [...(await compare(4)), ...(await compare(20))]
  await Promise.all([world.server, load, receiver].map((child) => child.stop()))
  return compared
}
