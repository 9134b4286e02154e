import { setTimeout as pause } from 'node:timers/promises'
import type { Scale } from '../bench.ts'
import { startChild } from '../child.ts'
import type { Section } from '../report.ts'
import { aWorld } from '../world.ts'

export async function delivery({ quick, repeats }: Scale): Promise<Section> {
  const count = quick ? 300 : 2_000
  const world = await aWorld({ watchCommands: true })
  const { id, members } = await world.organisation(1)
  const [bare, ownClients, bareClients] = await Promise.all([
    startChild('fan-out-server', 'socket.io'),
    startChild('clients'),
    startChild('clients'),
  ])
  const protocol = 'socket.io'
  await ownClients.call('open', {
    url: world.url,
    count,
    protocol,
    token: world.token,
    subscribe: { organisation: id },
  })
  await bareClients.call('open', { url: await bare.call<string>('url'), count, protocol })

  async function ours(role: string): Promise<number> {
    await ownClients.call('reset')
    const arrived = ownClients.call<number>('arrived', count)
    await world.call('PATCH', `/organisations/${id}/members/${members[0]}`, { role })
    const [lastAt, committedAt] = [await arrived, await world.server.call<number>('committedAt')]
    return lastAt - committedAt
  }

  async function peer(): Promise<number> {
    await bareClients.call('reset')
    const arrived = bareClients.call<number>('arrived', count)
    const begunAt = await bare.call<number>('emit', { bursts: 1, length: 1, pauseMs: 0 })
    return (await arrived) - begunAt
  }

  const own: number[] = []
  const values: number[] = []
  for (let round = -3; round < repeats * 5; round += 1) {
    const tookMs = await ours(round % 2 === 0 ? 'developer' : 'accounting')
    await pause(50)
    const bareMs = await peer()
    await pause(50)
    if (round < 0) continue
    own.push(tookMs)
    values.push(bareMs)
  }
  return {
    title: 'Delivery',
    method: `From the moment at which the driver hears that a role change is committed until the last of ${count} sockets in the organisation has it, beside one bare emit to as many; ${own.length} changes.`,
    measurements: [
      {
        what: `commit → last of ${count} sockets`,
        unit: 'ms',
        ours: own,
        peer: { name: 'bare emit', values },
        goal: { differenceAtMost: 15 },
      },
    ],
  }
}
