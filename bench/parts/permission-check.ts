import type { Scale } from '../bench.ts'
import { startChild } from '../child.ts'
import type { Load, Loaded } from '../processes/load.ts'
import type { Section } from '../report.ts'
import { aWorld } from '../world.ts'

const connections = 16

export async function permissionCheck({ repeats, seconds }: Scale): Promise<Section> {
  const world = await aWorld()
  const { id } = await world.organisation(0)
  const path = `/organisations/${id}/permissions`
  const { body, headers } = await world.call('GET', path)
  const express = await startChild('express-server', JSON.stringify({ headers: ownHeaders(headers), body }))
  const load = await startChild('load')
  const rates: Record<'ours' | 'express', number[]> = { ours: [], express: [] }
  const costs: Record<'ours' | 'express', number[]> = { ours: [], express: [] }
  const sides = [
    { side: 'ours', server: world.server },
    { side: 'express', server: express },
  ] as const
  for (let repeat = -1; repeat < repeats; repeat += 1) {
    for (const { side, server } of sides) {
      const before = await server.call<number>('cpuMs')
      const { perSecond, requests } = await load.call<Loaded>('run', {
        url: await server.call<string>('url'),
        headers: { authorization: `Bearer ${world.token}` },
        method: 'GET',
        paths: [`/v1${path}`],
        connections,
        seconds,
      } satisfies Load)
      // The first round only warms up.
      if (repeat < 0) continue
      rates[side].push(perSecond)
      costs[side].push((((await server.call<number>('cpuMs')) - before) * 1_000) / requests)
    }
  }
  return {
    title: 'Permission check',
    method: `\`GET /v1/organisations/{id}/permissions\` over ${connections} connections, with RATE_LIMITS=off and LOG_LEVEL=warn, beside bare Express 5 that answers the same headers and body without asking who is there.`,
    measurements: [
      {
        what: 'permission check',
        unit: 'requests/s',
        ours: rates.ours,
        peer: { name: 'Express', values: rates.express },
        goal: { ratioAtLeast: 0.6 },
      },
      {
        what: 'permission check',
        unit: 'µs of CPU',
        ours: costs.ours,
        peer: { name: 'Express', values: costs.express },
      },
    ],
  }
}

/** Those that the peer does not send by itself. */
function ownHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const byItself = ['date', 'connection', 'keep-alive', 'content-length', 'content-type', 'transfer-encoding']
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value === 'string' && !byItself.includes(name) ? [[name, value]] : [],
    ),
  )
}
