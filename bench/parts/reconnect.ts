import type { Scale } from '../bench.ts'
import { type Child, startChild } from '../child.ts'
import type { Measurement, Section } from '../report.ts'
import { aWorld, type World } from '../world.ts'

const missed = 10

interface Cost {
  readonly cpuMs: number
  readonly commands: number
  /** How often the server told a client to come back later. */
  readonly refused: number
}

export async function reconnect({ quick, repeats }: Scale): Promise<Section> {
  const count = quick ? 300 : 5_000
  const events = quick ? 100 : 2_000
  const world = await aWorld({ watchCommands: true })
  const { id, members } = await world.organisation(1)
  const cursors = await changeRoles(world, id, members[0] ?? '', events)
  const [bare, clients] = await Promise.all([startChild('fan-out-server', 'socket.io'), startChild('clients')])

  async function cost(server: Child, run: () => Promise<void>): Promise<Cost> {
    const [cpu, commands] = [
      await server.call<number>('cpuMs'),
      (await server.call<number | undefined>('commands')) ?? 0,
    ]
    await clients.call('reset')
    await run()
    const result = {
      cpuMs: (await server.call<number>('cpuMs')) - cpu,
      commands: ((await server.call<number | undefined>('commands')) ?? 0) - commands,
      refused: await clients.call<number>('refused'),
    }
    await clients.call('closeAll')
    return result
  }

  const first = cursors[0] ?? ''
  const recent = cursors.at(-1 - missed) ?? first
  const own = { url: world.url, protocol: 'socket.io', token: world.token }
  const replays: Cost[] = []
  const ours: Cost[] = []
  const peers: Cost[] = []
  for (let repeat = -1; repeat < Math.min(repeats, 3); repeat += 1) {
    const replay = await cost(world.server, async () => {
      await clients.call('open', { ...own, count: 10, subscribe: { organisation: id, cursor: first } })
      await clients.call('arrived', 10 * (cursors.length - 1))
    })
    const back = await cost(world.server, async () => {
      await clients.call('open', { ...own, count, atOnce: 100, subscribe: { organisation: id, cursor: recent } })
      await clients.call('arrived', count * missed)
    })
    const peer = await cost(bare, async () => {
      const url = await bare.call<string>('url')
      await clients.call('open', { url, protocol: 'socket.io', count, atOnce: 100, subscribe: { missed } })
      await clients.call('arrived', count * missed)
    })
    if (repeat < 0) continue
    replays.push(replay)
    ours.push(back)
    peers.push(peer)
  }
  const replayed = 10 * (cursors.length - 1)
  const measurements: Measurement[] = [
    {
      what: `replay to 10 sockets of ${cursors.length - 1} events each`,
      unit: 'µs of CPU per event',
      ours: replays.map(({ cpuMs }) => (cpuMs * 1_000) / replayed),
    },
    {
      what: `the same, database commands`,
      unit: 'in all',
      ours: replays.map(({ commands }) => commands),
    },
    {
      what: `${count} reconnects with a cursor ${missed} events back`,
      unit: 's of CPU',
      ours: ours.map(({ cpuMs }) => cpuMs / 1_000),
      peer: { name: 'Socket.IO, with as many direct emits', values: peers.map(({ cpuMs }) => cpuMs / 1_000) },
    },
    {
      what: 'the same, database commands',
      unit: 'per reconnect',
      ours: ours.map(({ commands }) => commands / count),
    },
    {
      what: 'the same, clients told to come back later',
      unit: 'in all',
      ours: ours.map(({ refused }) => refused),
      peer: { name: 'Socket.IO', values: peers.map(({ refused }) => refused) },
    },
  ]
  return {
    title: 'Replay and reconnects',
    method:
      'The processor time of the server, engine included, and the commands that it sent to the database, pulses and change stream included.',
    measurements,
  }
}

/** Answers the cursors of all events of the organisation. */
async function changeRoles(world: World, organisation: string, member: string, count: number): Promise<string[]> {
  for (let turn = 0; turn < count; turn += 1) {
    const role = turn % 2 === 0 ? 'accounting' : 'developer'
    await world.call('PATCH', `/organisations/${organisation}/members/${member}`, { role })
  }
  const cursors: string[] = []
  let after = ''
  do {
    const page = (await world.call('GET', `/organisations/${organisation}/events?limit=100${after}`)).body as {
      data: { cursor: string }[]
      next?: string
    }
    for (const { cursor } of page.data) cursors.push(cursor)
    after = page.next === undefined ? '' : `&after=${encodeURIComponent(page.next)}`
  } while (after !== '')
  return cursors
}
