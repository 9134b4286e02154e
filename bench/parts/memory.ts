import type { Scale } from '../bench.ts'
import { type Child, startChild } from '../child.ts'
import type { Section } from '../report.ts'
import { aWorld } from '../world.ts'

interface Memory {
  readonly rss: number
  readonly used: number
}

export async function memory({ quick, repeats }: Scale): Promise<Section> {
  const count = quick ? 300 : 2_000
  const world = await aWorld()
  const { id } = await world.organisation(0)
  const [bare, clients] = await Promise.all([startChild('fan-out-server', 'socket.io'), startChild('clients')])

  async function perSocket(server: Child, opening: object): Promise<Memory> {
    const before = await server.call<Memory>('memory')
    await clients.call('open', { url: await server.call<string>('url'), count, protocol: 'socket.io', ...opening })
    const after = await server.call<Memory>('memory')
    return { rss: (after.rss - before.rss) / count / 1_024, used: (after.used - before.used) / count / 1_024 }
  }

  const ours: Memory[] = []
  const peer: Memory[] = []
  for (let repeat = 0; repeat < Math.min(repeats, 3); repeat += 1) {
    // On top of those of the round before: memory that was let go of would hide what the next ones take.
    ours.push(await perSocket(world.server, { token: world.token, subscribe: { organisation: id } }))
    peer.push(await perSocket(bare, {}))
  }
  return {
    title: 'Memory',
    method: `What ${count} idle sockets, each subscribed to an organisation, add to the server, after a collection.`,
    measurements: [
      {
        what: 'memory in use per idle socket',
        unit: 'KiB',
        ours: ours.map(({ used }) => used),
        peer: { name: 'Socket.IO', values: peer.map(({ used }) => used) },
      },
      {
        what: 'resident memory per idle socket',
        unit: 'KiB',
        ours: ours.map(({ rss }) => rss),
        peer: { name: 'Socket.IO', values: peer.map(({ rss }) => rss) },
      },
    ],
  }
}
