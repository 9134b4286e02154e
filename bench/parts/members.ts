import type { Scale } from '../bench.ts'
import { startChild } from '../child.ts'
import type { Load, Loaded } from '../processes/load.ts'
import type { Measurement, Section } from '../report.ts'
import { aFolder, aWorld } from '../world.ts'

interface Ran {
  readonly done: number
  readonly perSecond: number
}

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

  async function compare(operation: 'list' | 'changeRole', connections: number): Promise<Measurement[]> {
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
    const rates = { ours: [] as number[], driver: [] as number[] }
    const costs = { ours: [] as number[], driver: [] as number[] }
    for (let repeat = -1; repeat < repeats; repeat += 1) {
      const [ownCpu, driverCpu] = [await world.server.call<number>('cpuMs'), await driver.call<number>('cpuMs')]
      const own = await load.call<Loaded>('run', request)
      const ownMs = (await world.server.call<number>('cpuMs')) - ownCpu
      const peer = await driver.call<Ran>('run', { operation, organisations: bare.slice(0, connections), seconds })
      const driverMs = (await driver.call<number>('cpuMs')) - driverCpu
      if (repeat < 0) continue
      rates.ours.push(own.perSecond)
      rates.driver.push(peer.perSecond)
      costs.ours.push(ownMs / own.requests)
      costs.driver.push(driverMs / peer.done)
    }
    const name = operation === 'list' ? 'list members, 50 a page' : 'change a role'
    const what = connections === 1 ? `${name}, one at a time` : `${name}, ${connections} at a time`
    return [
      {
        what,
        unit: 'per second',
        ours: rates.ours,
        peer: { name: 'driver', values: rates.driver },
        ...(operation === 'list' ? {} : { goal: { ratioAtLeast: 0.7 } }),
      },
      { what, unit: 'ms of CPU, engine included', ours: costs.ours, peer: { name: 'driver', values: costs.driver } },
    ]
  }

  return {
    title: 'Members',
    method: `Over HTTP, each connection in an organisation of its own with ${developers} members and a live client, beside the same commands sent by the driver alone in the same kind of transaction. A role change includes its durable event, its push, and that its answer waits for the feed.`,
    measurements: [
      ...(await compare('list', 1)),
      ...(await compare('list', atOnce)),
      ...(await compare('changeRole', 1)),
      ...(await compare('changeRole', atOnce)),
    ],
  }
}
