import type { Scale } from '../bench.ts'
import { type Child, startChild } from '../child.ts'
import type { Measurement, Section } from '../report.ts'

const kinds = ['rolecall', 'socket.io', 'ws'] as const
type Kind = (typeof kinds)[number]
interface Pair {
  readonly server: Child
  readonly clients: Child
}

export async function fanOut({ quick, repeats }: Scale): Promise<Section> {
  const count = quick ? 300 : 1_000
  const pairs = new Map<Kind, Pair>()
  for (const kind of kinds) {
    const [server, clients] = await Promise.all([startChild('fan-out-server', kind), startChild('clients')])
    const protocol = kind === 'ws' ? 'ws' : 'socket.io'
    await clients.call('open', { url: await server.call<string>('url'), count, protocol })
    pairs.set(kind, { server, clients })
  }
  const shapes = [
    { length: 1, bursts: quick ? 30 : 100, pauseMs: count / 20 },
    { length: 50, bursts: quick ? 3 : 8, pauseMs: count / 2 },
  ]
  const measurements: Measurement[] = []
  for (const shape of shapes) {
    const results: Record<Kind, number[]> = { rolecall: [], 'socket.io': [], ws: [] }
    for (const kind of kinds) await perDelivery(pairs, kind, shape, count)
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      for (const kind of kinds) results[kind].push(await perDelivery(pairs, kind, shape, count))
    }
    const what = shape.length === 1 ? 'one event at a time' : `bursts of ${shape.length}`
    const common = { what, unit: 'µs of CPU per delivered event', ours: results.rolecall }
    measurements.push(
      {
        ...common,
        peer: { name: 'Socket.IO', values: results['socket.io'] },
        goal: { ratioAtMost: shape.length === 1 ? 0.7 : 0.35 },
      },
      { ...common, peer: { name: 'ws', values: results.ws } },
    )
  }
  const method = `The server's processor time (user and system) until all of ${count} WebSocket clients in one room have received all events of 250 bytes. Socket.IO and our adapter differ in nothing else; ws sends to each client in a loop.`
  return { title: 'Fan-out', method, measurements }
}

async function perDelivery(
  pairs: ReadonlyMap<Kind, Pair>,
  kind: Kind,
  shape: { length: number; bursts: number; pauseMs: number },
  count: number,
): Promise<number> {
  const pair = pairs.get(kind)
  if (pair === undefined) throw new Error(`no ${kind}`)
  const { server, clients } = pair
  const deliveries = shape.length * shape.bursts * count
  await clients.call('reset')
  const before = await server.call<number>('cpuMs')
  await server.call('emit', shape)
  await clients.call('arrived', deliveries)
  return (((await server.call<number>('cpuMs')) - before) * 1_000) / deliveries
}
