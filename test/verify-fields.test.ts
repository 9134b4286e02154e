import { isDeepStrictEqual } from 'node:util'
import { expect } from 'chai'
import fc from 'fast-check'
import { Binary } from 'mongodb'
import { models as logModels } from '../server/src/log/documents.ts'
import { verify } from '../server/src/log/verify.ts'
import { anApplication } from './rig/applications.ts'
import { anOrganisation } from './rig/people.ts'
import { sharedServer } from './rig/server.ts'
import { atEnd } from './rig/teardown.ts'

type Path = readonly (string | number)[]
type Stored = Record<string, unknown> & { readonly _id: string; readonly log: string; readonly seq: number }

const isBranch = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !(value instanceof Date) && !(value instanceof Binary)

/** Where in a document something stands that is no object or list itself. */
function leavesOf(value: unknown, at: Path = []): Path[] {
  if (!isBranch(value)) return [at]
  return Object.entries(value).flatMap(([key, part]) =>
    leavesOf(part, [...at, Array.isArray(value) ? Number(key) : key]),
  )
}

/** The same with one bit turned over. */
function flipped(value: unknown, bit: number): unknown {
  if (typeof value === 'boolean') return !value
  if (typeof value === 'number') return value + 2 ** (bit % 20)
  if (value instanceof Date) return new Date(value.getTime() + 2 ** (bit % 20))
  if (value === null) return bit
  if (value instanceof Binary) {
    const bytes = Buffer.from(value.buffer)
    const at = Math.floor(bit / 8) % bytes.length
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit % 8))
    return new Binary(bytes)
  }
  if (typeof value !== 'string') throw new TypeError(`a stored field is a ${typeof value}`)
  const text = value
  if (text === '') return '\u0001'
  const at = Math.floor(bit / 7) % text.length
  return `${text.slice(0, at)}${String.fromCharCode(text.charCodeAt(at) ^ (1 << (bit % 7)))}${text.slice(at + 1)}`
}

/** A copy in which something else stands at a place; nothing where it is undefined. */
function changed(value: unknown, [key, ...rest]: Path, becomes: (old: unknown) => unknown): unknown {
  if (key === undefined) return becomes(value)
  if (Array.isArray(value)) return value.map((part, at) => (at === key ? changed(part, rest, becomes) : part))
  const { [key]: part, ...others } = value as Record<string | number, unknown>
  const now = changed(part, rest, becomes)
  return now === undefined ? others : { ...others, [key]: now }
}

/** An organisation’s events, copied to where no feed follows them, and what one of them being another makes of the log. */
async function aLog() {
  const { app } = await sharedServer()
  const acme = await anOrganisation()
  await acme.add('developer')
  await anApplication(acme, { description: 'Naïve' })
  const aside = app.connection.useDb(`aside_${acme.id.slice(-8)}`)
  atEnd(async () => void (await aside.dropDatabase()))
  const events = await app.connection.collection<Stored>('events').find({ log: acme.id }).sort({ seq: 1 }).toArray()
  const head = await app.connection.collection<{ _id: string }>('heads').findOne({ _id: acme.id })
  if (head === null) throw new Error('there is no head')
  await aside.collection<{ _id: string }>('heads').insertOne(head)
  const collection = aside.collection<Stored>('events')
  await collection.insertMany(events)
  const models = logModels(aside)
  return {
    events,
    async verifiedWith(old: Stored, replaced: Stored) {
      await collection.deleteOne({ _id: old._id })
      await collection.insertOne(replaced)
      const found = await verify(models, acme.id)
      await collection.deleteOne({ _id: replaced._id })
      await collection.insertOne(old)
      return found
    },
    verified: () => verify(models, acme.id),
  }
}

describe('verifying each field of an event', () => {
  it('finds one bit that was turned over, wherever it is, and names the event or its place', async function () {
    this.timeout(300_000)
    const { events, verified, verifiedWith } = await aLog()
    const places = events.flatMap((event) => leavesOf(event).map((path) => ({ event, path })))
    // Each place once.
    let next = 0
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 10_000 }), async (bit) => {
        const place = places[next++ % places.length]
        if (place === undefined) throw new Error('there is no event')
        const { event, path } = place
        const replaced = changed(event, path, (old) => flipped(old, bit)) as Stored
        const found = await verifiedWith(event, replaced)
        expect(found, path.join('.')).to.deep.include({ ok: false })
        // Where it stands now there is none, if it was the position or the log that changed.
        expect(found.seq, path.join('.')).to.equal(event.seq)
      }),
      { numRuns: places.length },
    )
    expect(await verified()).to.deep.include({ ok: true, events: events.length })
  })

  it('finds a field that was taken away, replaced by nothing, or added', async function () {
    this.timeout(300_000)
    const { events, verified, verifiedWith } = await aLog()
    const [event] = events
    if (event === undefined) throw new Error('there is no event')
    for (const field of Object.keys(event).filter((key) => key !== '_id')) {
      for (const [what, becomes] of [
        ['absent', undefined],
        ['null', null],
        ['a list', []],
      ] as const) {
        const replaced = changed(event, [field], () => becomes) as Stored
        if (isDeepStrictEqual(replaced, event)) continue
        const found = await verifiedWith(event, replaced)
        expect(found, `${field} ${what}`).to.deep.include({ ok: false, seq: event.seq })
      }
    }
    for (const path of [['more'], ['actor', 'email'], ['data', 'more']]) {
      const found = await verifiedWith(event, changed(event, path, () => 'x') as Stored)
      expect(found, path.join('.')).to.deep.include({ ok: false, seq: event.seq, event: event._id })
    }
    expect(await verified()).to.deep.include({ ok: true, events: events.length })
  })

  it('names an event whose personal data were taken away with their salt: nothing erases them yet', async () => {
    const { events, verifiedWith } = await aLog()
    const event = events[1]
    if (event === undefined) throw new Error('there is no event')
    const { salt: _salt, subjects: _subjects, ...rest } = event
    const emptied = { ...rest, data: {}, actor: { ...(event.actor as object), name: '' } }
    const reason = 'The event has not the fields that an event has.'
    const found = await verifiedWith(event, emptied)
    expect(found).to.deep.equal({ ok: false, seq: event.seq, event: event._id, reason })
  })
})
