import { statSync } from 'node:fs'
import { join } from 'node:path'
import { type Collection, MongoClient } from 'mongodb'
import type { Scale } from '../bench.ts'
import { type Child, startChild } from '../child.ts'
import type { Section } from '../report.ts'
import { aFolder } from '../world.ts'

interface Person {
  _id: number
  email: string
  organisation: number
  name: string
  about: string
}

interface Filled {
  readonly count: number
  readonly engine: Child
  readonly client: MongoClient
  readonly people: Collection<Person>
  readonly fileMiB: number
}

const batch = 5_000
const finds = 2_000

/** What the embedded engine needs for much data, beside what it needs for little. */
export async function engine({ quick, repeats }: Scale): Promise<Section> {
  const [small, large] = await Promise.all([filled(1_000), filled(quick ? 50_000 : 1_000_000)])
  const took = { small: [] as number[], large: [] as number[] }
  const memory = { small: [] as number[], large: [] as number[] }
  for (let repeat = -1; repeat < repeats; repeat += 1) {
    const times = [await medianFind(small), await medianFind(large)] as const
    if (repeat < 0) continue
    took.small.push(times[0])
    took.large.push(times[1])
    memory.small.push(await small.engine.call<number>('ownMemory'))
    memory.large.push(await large.engine.call<number>('ownMemory'))
  }
  await Promise.all([small.client.close(), large.client.close()])
  const size = large.count.toLocaleString('en')
  return {
    title: 'Embedded engine',
    method:
      `${finds.toLocaleString('en')} finds of one document by an indexed field, one after the other, each of another ` +
      `document; the file of ${size} documents has ${Math.round(large.fileMiB)} MiB. Memory is what the process holds ` +
      "for itself, without the system's cache of the file.",
    measurements: [
      {
        what: `find by an indexed field at ${size} documents`,
        unit: 'ms',
        ours: took.large,
        peer: { name: 'at 1,000', values: took.small },
        goal: { ratioAtMost: 1.5 },
      },
      {
        what: `memory at ${size} documents`,
        unit: 'MiB',
        ours: memory.large,
        peer: { name: 'at 1,000', values: memory.small },
        goal: { ratioAtMost: 1.5 },
      },
    ],
  }
}

/** Another process answers than the one that has written it all. */
async function filled(count: number): Promise<Filled> {
  const folder = await aFolder()
  const writer = await startChild('engine', folder)
  await fill(await writer.call<string>('uri'), count)
  await writer.stop()
  const child = await startChild('engine', folder)
  const client = await new MongoClient(await child.call<string>('uri')).connect()
  const fileMiB = statSync(join(folder, 'database', 'data.lmdb')).size / 2 ** 20
  return { count, engine: child, client, people: peopleOf(client), fileMiB }
}

const peopleOf = (client: MongoClient): Collection<Person> => client.db('bench').collection<Person>('people')

async function fill(uri: string, count: number): Promise<void> {
  const client = await new MongoClient(uri).connect()
  const people = peopleOf(client)
  await people.createIndex({ email: 1 }, { unique: true })
  await people.createIndex({ organisation: 1, name: 1 })
  for (let first = 0; first < count; first += batch) {
    const length = Math.min(batch, count - first)
    await people.insertMany(Array.from({ length }, (_, n) => aPerson(first + n)))
  }
  await client.close()
}

const aPerson = (_id: number): Person => ({
  _id,
  email: emailOf(_id),
  organisation: _id % 1_000,
  name: `Person ${_id}`,
  about: 'Likes long walks and short sentences. '.repeat(5),
})

/** Scattered over the index, unlike the order in which they are written. */
const emailOf = (_id: number): string => `${((_id * 2_654_435_761) % 4_294_967_296).toString(36)}-${_id}@example.com`

async function medianFind({ people, count }: Filled): Promise<number> {
  const times: number[] = []
  for (let n = 0; n < finds; n += 1) {
    const email = emailOf(Math.floor(Math.random() * count))
    const before = performance.now()
    const found = await people.findOne({ email })
    times.push(performance.now() - before)
    if (found?.email !== email) throw new Error(`${email} was not found`)
  }
  times.sort((a, b) => a - b)
  return times[finds / 2] ?? Number.NaN
}
