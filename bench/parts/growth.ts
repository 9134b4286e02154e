import type { Scale } from '../bench.ts'
import { startChild } from '../child.ts'
import type { Load, Loaded } from '../processes/load.ts'
import type { Measurement, Section } from '../report.ts'
import { aWorld } from '../world.ts'

const operations = {
  'list the first page of members': { method: 'GET', path: (id: string) => `/v1/organisations/${id}/members` },
  'change a role': {
    method: 'PATCH',
    path: (id: string, member: string) => `/v1/organisations/${id}/members/${member}`,
  },
  'check permissions': { method: 'GET', path: (id: string) => `/v1/organisations/${id}/permissions` },
} as const

export async function growth({ quick, repeats, seconds }: Scale): Promise<Section> {
  const sizes = quick ? [10, 10_000] : [10, 10_000, 1_000_000]
  const load = await startChild('load')
  const worlds: { size: number; id: string; member: string; url: string; token: string }[] = []
  // The largest first: the token of the last would otherwise grow old while it is made.
  for (const size of [...sizes].reverse()) {
    const world = await aWorld()
    const { id, members } = await world.organisation(size - 1)
    const { body } = await world.call('POST', '/sessions', {
      email: 'ada@example.com',
      password: 'correct horse battery',
    })
    const { session } = body as { session: { accessToken: string } }
    worlds.unshift({ size, id, member: members[0] ?? '', url: world.url, token: session.accessToken })
  }

  const measurements: Measurement[] = []
  for (const [what, { method, path }] of Object.entries(operations)) {
    const took = new Map<number, number[]>(sizes.map((size) => [size, []]))
    for (let repeat = -1; repeat < repeats; repeat += 1) {
      for (const { size, id, member, url, token } of worlds) {
        const { medianMs } = await load.call<Loaded>('run', {
          url,
          headers: { authorization: `Bearer ${token}` },
          method,
          paths: [path(id, member)],
          ...(method === 'PATCH' ? { bodies: [{ role: 'accounting' }, { role: 'developer' }] } : {}),
          connections: 1,
          seconds: Math.min(seconds, 2),
        } satisfies Load)
        if (repeat >= 0) took.get(size)?.push(medianMs)
      }
    }
    const [smallest = 0, ...larger] = sizes
    for (const size of larger) {
      measurements.push({
        what: `${what} at ${size.toLocaleString('en')} memberships`,
        unit: 'ms',
        ours: took.get(size) ?? [],
        peer: { name: `at ${smallest}`, values: took.get(smallest) ?? [] },
        goal: { ratioAtMost: 1.3 },
      })
    }
  }
  return {
    title: 'Growth',
    method:
      'Median time of a request, one after the other, in one organisation with so many members, each in a server and a database of its own; the memberships were written straight to the database.',
    measurements,
  }
}
