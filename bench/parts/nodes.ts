import { randomBytes } from 'node:crypto'
import type { Scale } from '../bench.ts'
import { startChild } from '../child.ts'
import type { Section } from '../report.ts'
import { aFolder, aServer, aWorld, type World } from '../world.ts'

const others = 2

interface Nodes {
  readonly world: World
  readonly organisation: string
  readonly member: string
  /** Of the last of the other nodes, where there are some. */
  readonly lastUrl: string | undefined
  /** Before the database goes. */
  stop(): Promise<unknown>
}

/** A server and so many others on one database, which is an engine in a process of its own. */
async function nodesOf(count: number): Promise<Nodes> {
  const engine = await startChild('engine', await aFolder())
  const uri = await engine.call<string>('uri')
  const env = {
    MONGODB_URI: uri.replace('/?', '/rolecall?'),
    SECRET_KEY: randomBytes(32).toString('hex'),
    REPOSITORIES_DIR: await aFolder(),
  }
  const world = await aWorld({ watchCommands: true, env })
  const more = await Promise.all(Array.from({ length: count }, () => aServer({ env })))
  const { id, members } = await world.organisation(1)
  const member = members[0]
  if (member === undefined) throw new Error('there is nobody whose role could change')
  return {
    world,
    organisation: id,
    member,
    lastUrl: await more.at(-1)?.call<string>('url'),
    stop: () => Promise.all([world.server, ...more].map((server) => server.stop())),
  }
}

const changeRole = ({ world, organisation, member }: Nodes, role: string) =>
  world.call('PATCH', `/organisations/${organisation}/members/${member}`, { role })

/** How long a change takes until it is answered, median of several. */
async function answered(nodes: Nodes, changes: number): Promise<number> {
  const took: number[] = []
  for (let index = 0; index < changes; index += 1) {
    const begunAt = performance.now()
    await changeRole(nodes, index % 2 === 0 ? 'accounting' : 'developer')
    took.push(performance.now() - begunAt)
  }
  return took.sort((a, b) => a - b)[Math.floor(took.length / 2)] ?? Number.NaN
}

/** What several nodes on one database cost, and when the last of them knows of a change. */
export async function nodes({ quick, repeats }: Scale): Promise<Section> {
  const changes = quick ? 10 : 60
  const [alone, several] = [await nodesOf(0), await nodesOf(others)]
  const clients = await startChild('clients')
  await clients.call('open', {
    url: several.lastUrl,
    count: 1,
    protocol: 'socket.io',
    token: several.world.token,
    subscribe: { organisation: several.organisation },
  })

  /** From the commit at one node until a socket of another has it. */
  async function arrived(index: number): Promise<number> {
    await clients.call('reset')
    const arrival = clients.call<number>('arrived', 1)
    await changeRole(several, index % 2 === 0 ? 'accounting' : 'developer')
    const [at, committedAt] = [await arrival, await several.world.server.call<number>('committedAt')]
    return at - committedAt
  }

  const took = { several: [] as number[], alone: [] as number[] }
  const delays: number[] = []
  const slowest: number[] = []
  for (let repeat = -1; repeat < repeats; repeat += 1) {
    const times = [await answered(several, changes), await answered(alone, changes)] as const
    const some: number[] = []
    for (let index = 0; index < changes; index += 1) some.push(await arrived(index))
    // The first round only warms up.
    if (repeat < 0) continue
    took.several.push(times[0])
    took.alone.push(times[1])
    delays.push(...some)
    slowest.push(some.sort((a, b) => a - b)[Math.ceil(some.length * 0.99) - 1] ?? Number.NaN)
  }
  await clients.stop()
  await Promise.all([alone.stop(), several.stop()])
  return {
    title: 'Several nodes',
    method: `${others + 1} servers on one database, which is an embedded engine in a process of its own and no MongoDB, beside one server on another. A role change is answered once every node has said that it knows of it: medians of ${changes}, one after the other. Then from the moment at which the driver hears that the change is committed until a socket of another node has it: ${delays.length} changes, and the 99th percentile of each ${changes}.`,
    measurements: [
      {
        what: `a role change, ${others + 1} nodes`,
        unit: 'ms',
        ours: took.several,
        peer: { name: 'one node', values: took.alone },
      },
      { what: 'commit → a socket of another node', unit: 'ms', ours: delays, goal: { atMost: 250 } },
      { what: 'commit → a socket of another node, 99th percentile', unit: 'ms', ours: slowest, goal: { atMost: 250 } },
    ],
  }
}
