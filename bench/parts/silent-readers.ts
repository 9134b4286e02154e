import type { Scale } from '../bench.ts'
import { type Child, startChild } from '../child.ts'
import type { Section } from '../report.ts'
import { aWorld, type World } from '../world.ts'

/** So many bytes an event that the kernel's buffers of a connection, some 3 MB, are full after a thousand. */
const texts = ['長', '短'].map((letter) => letter.repeat(500))
const perSecond = 40

export async function silentReaders({ quick }: Scale): Promise<Section> {
  const count = quick ? 30 : 300
  const events = quick ? 100 : 1_600
  const world = await aWorld()
  const crowded = await world.organisation(1)
  const probed = await world.organisation(1)
  const [crowd, probe] = await Promise.all([startChild('clients'), startChild('clients')])
  await open(probe, world, probed.id, 1)

  let changes = 0

  /** The p99 of the time from a change in the other organisation until its reader has the event, meanwhile. */
  async function measure(silent: boolean): Promise<number> {
    await open(crowd, world, crowded.id, count)
    if (silent) await crowd.call('silence')
    let isOver = false
    const flooding = flood(world, crowded.id, events).finally(() => {
      isOver = true
    })
    const times: number[] = []
    while (!isOver) {
      changes += 1
      await probe.call('reset')
      const arrived = probe.call<number>('arrived', 1)
      const begunAt = performance.now()
      const role = changes % 2 === 1 ? 'accounting' : 'developer'
      await world.call('PATCH', `/organisations/${probed.id}/members/${probed.members[0]}`, { role })
      await arrived
      times.push(performance.now() - begunAt)
    }
    await flooding
    const left = await subscribed(world)
    await crowd.call('closeAll')
    if (silent && !quick && left > 1) throw new Error(`${left - 1} of ${count} silent readers were not cut`)
    times.sort((one, other) => one - other)
    return times[Math.floor(times.length * 0.99)] ?? Number.NaN
  }

  const values: number[] = []
  const ours: number[] = []
  for (let repeat = 0; repeat < (quick ? 1 : 3); repeat += 1) {
    values.push(await measure(false))
    ours.push(await measure(true))
  }
  return {
    title: 'Readers that never read',
    method: `From the request that changes a role until a reader in that organisation has the event, while another organisation has ${perSecond} events of 3 KB a second and ${count} sockets, which never read, beside as many that do. The former are cut meanwhile.`,
    measurements: [
      {
        what: 'p99 of the others',
        unit: 'ms',
        ours,
        peer: { name: 'beside sockets that read', values },
        goal: { ratioAtMost: 1.2 },
      },
    ],
  }
}

function open(clients: Child, { url, token }: World, organisation: string, count: number): Promise<void> {
  return clients.call('open', { url, token, count, protocol: 'socket.io', subscribe: { organisation } })
}

/** Changes the description again and again, at a steady rate. */
async function flood(world: World, organisation: string, events: number): Promise<void> {
  const startedAt = performance.now()
  for (let made = 0; made < events; made += 1) {
    const dueAt = startedAt + (made * 1_000) / perSecond
    await new Promise((resolve) => setTimeout(resolve, dueAt - performance.now()))
    await world.call('PATCH', `/organisations/${organisation}`, { description: texts[made % 2] })
  }
}

async function subscribed({ url }: World): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(/^rolecall_live_sockets (\d+)/m.exec(text)?.[1] ?? Number.NaN)
}
