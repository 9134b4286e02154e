import type { Scale } from '../bench.ts'
import { startChild } from '../child.ts'
import type { Question, Rate } from '../processes/guard.ts'
import type { Section } from '../report.ts'
import { aWorld, person } from '../world.ts'

const permission = 'report:approve'
const members = 50

/** A process that does nothing but ask hears of nothing, and after 10 s of it the guard denies. */
const seconds = 1

export async function can({ quick, repeats }: Scale): Promise<Section> {
  const changes = quick ? 10 : 60
  const world = await aWorld({ watchCommands: true })
  const { id: organisation, members: ids } = await world.organisation(members)
  const path = `/organisations/${organisation}`
  await world.call('PUT', `${path}/own-permissions`, { permissions: [{ name: permission, roles: ['developer'] }] })
  const listed = await world.call('GET', `${path}/members?role=developer&limit=${members}`)
  const { data } = listed.body as { data: readonly { id: string; account: { id: string } }[] }
  const accounts = data.map(({ account }) => account.id)
  const guard = await startChild('guard', JSON.stringify({ url: world.url, ...person }))
  await guard.call('ready', organisation)
  const question: Question = { accounts, organisation, permission }

  const rates: Rate[] = []
  const bare: Rate[] = []
  for (let repeat = -1; repeat < repeats; repeat += 1) {
    await guard.call('ready', organisation)
    const [own, least] = [
      await guard.call<Rate>('rate', { ...question, seconds }),
      await guard.call<Rate>('bareRate', { ...question, seconds }),
    ]
    // The first round only warms up.
    if (repeat < 0) continue
    rates.push(own)
    bare.push(least)
  }

  /** From the commit of a demotion until the other process denies. */
  async function revoke(index: number): Promise<number> {
    const member = data[index % data.length]
    if (member === undefined) throw new Error(`of ${ids.length} members none is a Developer`)
    await guard.call('watch', { ...question, accounts: [member.account.id] })
    await world.call('PATCH', `${path}/members/${member.id}`, { role: 'accounting' })
    const [deniedAt, committedAt] = [await guard.call<number>('denied'), await world.server.call<number>('committedAt')]
    await world.call('PATCH', `${path}/members/${member.id}`, { role: 'developer' })
    return deniedAt - committedAt
  }

  const delays: number[] = []
  const slowest: number[] = []
  for (let repeat = -1; repeat < repeats; repeat += 1) {
    const some: number[] = []
    for (let index = 0; index < changes; index += 1) some.push(await revoke(index))
    if (repeat < 0) continue
    delays.push(...some)
    slowest.push(some.sort((a, b) => a - b)[Math.ceil(some.length * 0.99) - 1] ?? Number.NaN)
  }
  return {
    title: 'Permissions in another process',
    method: `\`can()\` of \`@rolecall/sdk/guard\` in a process of its own, about ${accounts.length} members of one organisation in turn, beside a Map of Maps of Sets. Then from the moment at which the driver hears that a demotion is committed until \`can()\` says no there: ${delays.length} demotions, one after the other, and the 99th percentile of each ${changes}.`,
    measurements: [
      {
        what: '`can()`',
        unit: 'answers/s',
        ours: rates.map(({ perSecond }) => perSecond),
        peer: { name: 'bare maps', values: bare.map(({ perSecond }) => perSecond) },
        goal: { atLeast: 1_000_000 },
      },
      {
        what: '`can()`',
        unit: 'ns of CPU',
        ours: rates.map(({ cpuNs }) => cpuNs),
        peer: { name: 'bare maps', values: bare.map(({ cpuNs }) => cpuNs) },
      },
      { what: 'commit → denied in another process', unit: 'ms', ours: delays, goal: { atMost: 250 } },
      { what: 'commit → denied in another process, 99th percentile', unit: 'ms', ours: slowest, goal: { atMost: 250 } },
    ],
  }
}
