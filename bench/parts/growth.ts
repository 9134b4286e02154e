import type { Scale } from '../bench.ts'
import { startChild } from '../child.ts'
import type { Load, Loaded } from '../processes/load.ts'
import type { Measurement, Section } from '../report.ts'
import { aWorld } from '../world.ts'

interface Operation {
  readonly method: 'GET' | 'PATCH'
  readonly path: (id: string, member: string) => string
  /** The size that the larger ones are compared with, where each answer has as many rows as theirs. */
  readonly base: 10 | 100
  readonly goal: number
}

const operations: Readonly<Record<string, Operation>> = {
  'list the first 10 members': {
    method: 'GET',
    path: (id) => `/v1/organisations/${id}/members?limit=10`,
    base: 10,
    goal: 1.3,
  },
  'list the first page of members': {
    method: 'GET',
    path: (id) => `/v1/organisations/${id}/members`,
    base: 100,
    goal: 1.5,
  },
  'change a role': {
    method: 'PATCH',
    path: (id, member) => `/v1/organisations/${id}/members/${member}`,
    base: 10,
    goal: 1.3,
  },
  'check permissions': { method: 'GET', path: (id) => `/v1/organisations/${id}/permissions`, base: 10, goal: 1.3 },
}

export async function growth({ quick, repeats, seconds }: Scale): Promise<Section> {
  const sizes = quick ? [10, 100, 10_000] : [10, 100, 10_000, 1_000_000]
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
  for (const [what, { method, path, base, goal }] of Object.entries(operations)) {
    const took = new Map<number, number[]>(sizes.map((size) => [size, []]))
    for (let repeat = -1; repeat < repeats; repeat += 1) {
      for (const { size, id, member, url, token } of worlds.filter((one) => one.size >= base)) {
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
    for (const size of sizes.filter((one) => one > 100)) {
      measurements.push({
        what: `${what} at ${size.toLocaleString('en')} memberships`,
        unit: 'ms',
        ours: took.get(size) ?? [],
        peer: { name: `at ${base}`, values: took.get(base) ?? [] },
        goal: { ratioAtMost: goal },
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
