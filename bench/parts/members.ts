import type { Scale } from '../bench.ts'
import { startChild } from '../child.ts'
import type { Load, Loaded } from '../processes/load.ts'
import type { Measurement, Section } from '../report.ts'
import { aFolder, aWorld } from '../world.ts'

const developers = 60
const atOnce = 8

export async function members({ repeats, seconds }: Scale): Promise<Section> {
  const world = await aWorld()
  const organisations: { id: string; members: string[] }[] = []
  for (let index = 0; index < atOnce; index += 1) organisations.push(await world.organisation(developers))
  const [driver, load, clients] = await Promise.all([
    startChild('driver', await aFolder()),
    startChild('load'),
    startChild('clients'),
  ])
  const bare = await driver.call<string[]>('prepare', { organisations: atOnce, developers })
  for (const { id } of organisations) {
    const subscribe = { organisation: id }
    await clients.call('open', { url: world.url, count: 1, protocol: 'socket.io', token: world.token, subscribe })
  }

  async function compare(operation: 'list' | 'changeRole', connections: number): Promise<Measurement> {
    const paths = organisations.slice(0, connections).map(({ id, members: [member] }) => {
      const list = `/v1/organisations/${id}/members`
      return operation === 'list' ? list : `${list}/${member}`
    })
    const request: Load = {
      url: world.url,
      headers: { authorization: `Bearer ${world.token}` },
      method: operation === 'list' ? 'GET' : 'PATCH',
      paths,
      ...(operation === 'list' ? {} : { bodies: [{ role: 'accounting' }, { role: 'developer' }] }),
      connections,
      seconds,
    }
    const ours: number[] = []
    const values: number[] = []
    for (let repeat = -1; repeat < repeats; repeat += 1) {
      const { perSecond } = await load.call<Loaded>('run', request)
      const peer = await driver.call<number>('run', { operation, organisations: bare.slice(0, connections), seconds })
      if (repeat < 0) continue
      ours.push(perSecond)
      values.push(peer)
    }
    const name = operation === 'list' ? 'list members, 50 a page' : 'change a role'
    return {
      what: connections === 1 ? `${name}, one at a time` : `${name}, ${connections} at a time`,
      unit: 'per second',
      ours,
      peer: { name: 'driver', values },
      ...(operation === 'list' ? {} : { goal: { ratioAtLeast: 0.7 } }),
    }
  }

  return {
    title: 'Members',
    method: `Over HTTP, each connection in an organisation of its own with ${developers} members and a live client, beside the same commands sent by the driver alone in the same kind of transaction. A role change includes its durable event, its push, and that its answer waits for the feed.`,
    measurements: [
      await compare('list', 1),
      await compare('list', atOnce),
      await compare('changeRole', 1),
      await compare('changeRole', atOnce),
    ],
  }
}
