/** How long it takes from the commit of a change until its webhook has come, and whether others who hang delay it. */
import type { Scale } from '../bench.ts'
import { type Child, startChild } from '../child.ts'
import type { Measurement } from '../report.ts'
import { aWorld, type World } from '../world.ts'
import { endpoints } from './endpoints.ts'

interface Probe {
  readonly organisation: string
  readonly member: string
  readonly endpoints: number
}

/** One change; answers for each endpoint that gets it how long it took from the commit until it came. */
async function probe(world: World, receiver: Child, { organisation, member, endpoints: count }: Probe, turn: number) {
  await receiver.call('reset')
  const role = turn % 2 === 0 ? 'accounting' : 'developer'
  await world.call('PATCH', `/organisations/${organisation}/members/${member}`, { role })
  const committedAt = await world.server.call<number>('committedAt')
  await receiver.call('arrived', count)
  const times = await receiver.call<number[]>('times')
  return times.map((at) => at - committedAt)
}

const quantile = (values: readonly number[], share: number) =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length * share)] ?? Number.NaN

async function aProbe(world: World, url: string, count: number): Promise<Probe> {
  const { id, members } = await world.organisation(1)
  await endpoints(world, id, count, { url, types: ['member.*'] })
  return { organisation: id, member: members[0] ?? '', endpoints: count }
}

/** First attempts, one change after the other. */
export async function latency({ quick, repeats }: Scale): Promise<Measurement[]> {
  const world = await aWorld({ watchCommands: true })
  const receiver = await startChild('webhook-receiver')
  const url = await receiver.call<string>('url')
  const measurements: Measurement[] = []
  for (const count of quick ? [1, 10] : [1, 100]) {
    const target = await aProbe(world, url, count)
    const turns = quick ? 10 : count === 1 ? 200 : 20
    const [p50, p99]: [number[], number[]] = [[], []]
    let turn = 0
    for (let repeat = -1; repeat < repeats; repeat += 1) {
      const took: number[] = []
      for (let made = 0; made < turns; made += 1) took.push(...(await probe(world, receiver, target, turn++)))
      if (repeat < 0) continue
      p50.push(quantile(took, 0.5))
      p99.push(quantile(took, 0.99))
    }
    const at = count === 1 ? '1 endpoint' : `${count} endpoints`
    measurements.push({ what: `commit → first attempt at ${at}, p50`, unit: 'ms', ours: p50 })
    measurements.push({ what: `commit → first attempt at ${at}, p99`, unit: 'ms', ours: p99 })
  }
  await Promise.all([world.server, receiver].map((child) => child.stop()))
  return measurements
}

const hanging = 20
const healthy = 10

/** Two organisations with endpoints that are alike, but one has others beside them that never answer. */
export async function besideHanging({ quick, repeats }: Scale): Promise<Measurement[]> {
  const world = await aWorld({ watchCommands: true })
  const receiver = await startChild('webhook-receiver')
  const url = await receiver.call<string>('url')
  const [calm, beset] = [await aProbe(world, url, healthy), await aProbe(world, url, healthy)]
  await endpoints(world, beset.organisation, hanging, { url: `${url}/hangs`, types: ['member.*'] })

  const turns = quick ? 10 : 300
  const without: number[] = []
  const ours: number[] = []
  let turn = 0
  for (let repeat = -1; repeat < repeats; repeat += 1) {
    const took = { calm: [] as number[], beset: [] as number[] }
    for (let made = 0; made < turns; made += 1, turn += 1) {
      const both = [
        { target: calm, into: took.calm },
        { target: beset, into: took.beset },
      ]
      // In turn, since what comes after a change may cost the next one something.
      for (const { target, into } of turn % 2 === 0 ? both : both.reverse()) {
        into.push(...(await probe(world, receiver, target, turn)))
      }
    }
    if (repeat < 0) continue
    without.push(quantile(took.calm, 0.99))
    ours.push(quantile(took.beset, 0.99))
  }
  await Promise.all([world.server, receiver].map((child) => child.stop()))
  return [
    {
      what: `commit → first attempt at ${healthy} endpoints, p99, beside ${hanging} that hang`,
      unit: 'ms',
      ours,
      peer: { name: 'without those', values: without },
      goal: { ratioAtMost: 1.1 },
    },
  ]
}
