/** What a change costs with endpoints. */
import type { Scale } from '../bench.ts'
import { type Child, startChild } from '../child.ts'
import type { Load, Loaded } from '../processes/load.ts'
import type { Measurement } from '../report.ts'
import { aWorld, type World } from '../world.ts'
import { endpoints } from './endpoints.ts'

interface Measured {
  readonly id: string
  readonly member: string
}

export async function changes({ quick, repeats, seconds }: Scale): Promise<Measurement[]> {
  const count = quick ? 10 : 100
  const world = await aWorld()
  const [load, receiver] = await Promise.all([startChild('load'), startChild('webhook-receiver')])
  const url = await receiver.call<string>('url')
  const [without, others, matching] = [await measured(world), await measured(world), await measured(world)]
  await endpoints(world, others.id, count, { url, types: ['invitation.*'] })
  await endpoints(world, matching.id, count, { url, types: ['member.*'] })

  const none: Changed[] = []
  const ours: Changed[] = []
  for (let repeat = -1; repeat < repeats; repeat += 1) {
    const [before, beside] = [
      await change(load, world, without, Math.min(seconds, 3)),
      await change(load, world, others, Math.min(seconds, 3)),
    ]
    if (repeat < 0) continue
    none.push(before)
    ours.push(beside)
  }

  // What they leave to be sent is waited for, so that it burdens nobody else.
  const noneThen: Changed[] = []
  const busy: Changed[] = []
  for (let repeat = 0; repeat < Math.min(repeats, 3); repeat += 1) {
    noneThen.push(await change(load, world, without, 0.5))
    await receiver.call('reset')
    const before = await position(world, matching)
    busy.push(await change(load, world, matching, 0.5))
    await receiver.call('arrived', ((await position(world, matching)) - before) * count)
  }
  await Promise.all([world.server, load, receiver].map((child) => child.stop()))

  const tookMs = (all: readonly Changed[]) => all.map((one) => one.tookMs)
  const cpuMs = (all: readonly Changed[]) => all.map((one) => one.cpuMs)
  return [
    {
      what: `a change with ${count} endpoints that get other types`,
      unit: 'ms',
      ours: tookMs(ours),
      peer: { name: 'with none', values: tookMs(none) },
      goal: { ratioAtMost: 1.1 },
    },
    {
      what: `a change with ${count} endpoints that get other types`,
      unit: 'ms of CPU, engine included',
      ours: cpuMs(ours),
      peer: { name: 'with none', values: cpuMs(none) },
    },
    {
      what: `a change with ${count} endpoints that get it, while it is sent`,
      unit: 'ms',
      ours: tookMs(busy),
      peer: { name: 'with none', values: tookMs(noneThen) },
    },
  ]
}

/** What a change costs by itself: each begins once what was sent of the one before has arrived and is written down. */
export async function singleChanges({ quick, repeats }: Scale): Promise<Measurement[]> {
  const count = quick ? 10 : 100
  const world = await aWorld()
  const receiver = await startChild('webhook-receiver')
  const [without, matching, first] = [await measured(world), await measured(world), await measured(world)]
  await endpoints(world, matching.id, count, { url: await receiver.call<string>('url'), types: ['member.*'] })

  const turns = quick ? 20 : 60
  async function single({ id, member }: Measured, made: number): Promise<number> {
    const role = made % 2 === 0 ? 'accounting' : 'developer'
    const begunAt = performance.now()
    await world.call('PATCH', `/organisations/${id}/members/${member}`, { role })
    return performance.now() - begunAt
  }

  const none: number[] = []
  const ours: number[] = []
  let turn = 0
  let posted = 0
  for (let repeat = -1; repeat < Math.min(repeats, 5); repeat += 1) {
    const took = { none: [] as number[], ours: [] as number[] }
    for (let made = 0; made < turns; made += 1, turn += 1) {
      const both = [
        { target: without, into: took.none, posts: 0 },
        { target: matching, into: took.ours, posts: count },
      ]
      // In turn, since what comes after a change may cost the next one something.
      for (const [index, { target, into, posts }] of (turn % 2 === 0 ? both : both.reverse()).entries()) {
        // Not counted: it wakes those who have waited.
        await single(first, index)
        into.push(await single(target, turn))
        posted += posts
        await world.server.call('deliveriesWritten', posted)
      }
    }
    if (repeat < 0) continue
    none.push(middle(took.none))
    ours.push(middle(took.ours))
  }
  await Promise.all([world.server, receiver].map((child) => child.stop()))
  return [
    {
      what: `a change with ${count} endpoints that get it, each change by itself`,
      unit: 'ms, median',
      ours,
      peer: { name: 'with none', values: none },
      goal: { ratioAtMost: 1.1 },
    },
  ]
}

const middle = (values: readonly number[]) =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN

async function measured(world: World): Promise<Measured> {
  const { id, members } = await world.organisation(1)
  return { id, member: members[0] ?? '' }
}

async function position(world: World, { id }: Measured): Promise<number> {
  const { body } = await world.call('GET', `/organisations/${id}/events?order=desc&limit=1`)
  return (body as { data: { seq: number }[] }).data[0]?.seq ?? Number.NaN
}

/** Of one change, on average. */
interface Changed {
  readonly tookMs: number
  readonly cpuMs: number
}

async function change(load: Child, world: World, { id, member }: Measured, seconds: number): Promise<Changed> {
  const { server, url, token } = world
  const before = await server.call<number>('cpuMs')
  const { perSecond, requests } = await load.call<Loaded>('run', {
    url,
    headers: { authorization: `Bearer ${token}` },
    method: 'PATCH',
    paths: [`/v1/organisations/${id}/members/${member}`],
    bodies: [{ role: 'accounting' }, { role: 'developer' }],
    connections: 1,
    seconds,
  } satisfies Load)
  return { tookMs: 1_000 / perSecond, cpuMs: ((await server.call<number>('cpuMs')) - before) / requests }
}
