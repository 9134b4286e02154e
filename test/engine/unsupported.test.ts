import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EJSON } from 'bson'
import { expect } from 'chai'
import type { Document } from 'mongodb'
import { type Engine, openEngine } from '../../packages/embedded-mongo/src/engine/engine.ts'
import { CommandError, errorCodes } from '../../packages/embedded-mongo/src/errors.ts'
import type { Transaction } from '../../packages/embedded-mongo/src/transactions/transactions.ts'
import { refusal, useEngine } from './running-engine.ts'
import { wireClient } from './wire-client.ts'

const readme = await readFile(new URL('../../packages/embedded-mongo/README.md', import.meta.url), 'utf8')

/** The rows of the table under a heading of its first column, without their padding. */
const rowsOf = (heading: string): string[][] => {
  const rows = readme.split('\n').map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
  const start = rows.findIndex(([, first]) => first === heading)
  expect(start, `the table "${heading}"`).to.be.at.least(0)
  const end = rows.findIndex((cells, index) => index > start && cells.length < 3)
  return rows.slice(start + 2, end).map((cells) => cells.slice(1, -1))
}

/** `10334 \`BSONObjectTooLarge\``: the code, and the name that MongoDB has for it, if there is one. */
const codeIn = (cell: string): { code: number; name: string | undefined } => {
  const [, code = '', name] = /^(\d+)(?: `(\w+)`)?$/.exec(cell) ?? []
  return { code: Number(code), name }
}

describe('what the README says that the embedded engine does not support', () => {
  const { client, collection, db } = useEngine()

  for (const [what = '', example = '', answer = ''] of rowsOf('not supported')) {
    it(`is refused as it says: ${what}`, async () => {
      const { code, name } = codeIn(answer)
      const command: Document = EJSON.parse(example.replace(/^`|`$/g, '').replaceAll('\\|', '|'))
      await collection().insertOne({ a: 1 })
      const session = client().startSession()
      if (what.endsWith('in a transaction')) session.startTransaction()
      const reply = db().command(command, { session })
      const refused = 'update' in command || 'delete' in command ? await firstError(reply) : await refusal(reply)
      await session.endSession()
      expect(refused.code).to.equal(code)
      if (name !== undefined) expect(errorCodes).to.have.property(name, code)
    })
  }
})

/** A mistake in a statement is told with it, a mistake in the command instead of an answer. */
const firstError = (reply: Promise<Document>): Promise<{ code?: number | string | undefined }> =>
  reply.then(
    ({ writeErrors }) => writeErrors[0],
    (error) => error,
  )

describe('the limits that the README names', () => {
  const { client, collection, db, engine } = useEngine({ oplogBytes: 200_000 })
  const text = 'x'.repeat(15 * 1024 * 1024)
  const codeOf = async (asked: Promise<unknown>): Promise<unknown> => (await refusal(asked)).code
  const largeDocuments = async () => {
    for (let _id = 0; _id < 7; _id += 1) await collection().insertOne({ _id, text })
  }

  /** An engine in this process, whose clock is ours. */
  const withClock = async <T>(task: (engine: Engine, pass: (ms: number) => void) => Promise<T>): Promise<T> => {
    const directory = await mkdtemp(join(tmpdir(), 'rolecall-engine-'))
    let time = Date.now()
    const clocks = { now: () => time, elapsedMs: () => time }
    const settings = { directory, address: 'test.sock', oplogBytes: 100_000, oplogAgeMs: 60_000, ...clocks }
    const opened = await openEngine(settings, (error) => {
      throw error
    })
    const pass = (ms: number) => {
      time += ms
    }
    return task(opened, pass).finally(async () => {
      await opened.close()
      await rm(directory, { recursive: true })
    })
  }

  /** By row, what goes beyond the limit, and the code that one gets. */
  const provocations: Readonly<Record<string, () => Promise<unknown>>> = {
    'a document': async () => {
      const documents = [{ _id: 1, text: `${text}${text.slice(0, 1024 * 1024)}` }]
      const { writeErrors } = await db().command({ insert: 'things', documents })
      return writeErrors[0].code
    },
    'a message': async () => {
      const wire = await wireClient(engine().uri)
      const header = Buffer.alloc(16)
      header.writeInt32LE(48_000_017)
      header.writeInt32LE(2013, 12)
      wire.send(header)
      await wire.closed
      return 'the connection is closed'
    },
    'statements of a write': () => {
      const deletes = Array.from({ length: 100_001 }, () => ({ q: {}, limit: 1 }))
      return codeOf(db().command({ delete: 'things', deletes }))
    },
    'an indexed value, with its `_id`': async () => {
      await collection().createIndex({ a: 1 })
      return codeOf(collection().insertOne({ a: 'x'.repeat(2_000) }))
    },
    'indexes of a collection': () => {
      const indexes = Array.from({ length: 64 }, (_, n) => ({ key: { [`a${n}`]: 1 }, name: `a${n}` }))
      return codeOf(db().command({ createIndexes: 'things', indexes }))
    },
    'a transaction’s writes': () =>
      client().withSession((session) => {
        session.startTransaction()
        const insert = async () => {
          for (let _id = 0; _id < 5; _id += 1) await collection().insertOne({ _id, text }, { session })
        }
        return codeOf(insert())
      }),
    'the writes of all open transactions': () =>
      withClock(async ({ transactions }) => {
        // Of the same bytes, so that not the test holds so much.
        const bytes = Buffer.alloc(16 * 1024 * 1024 - 100)
        const operation = { kind: 'other', db: 'a', collection: 'b' } as const
        const stage = async (n: number): Promise<Transaction> => {
          const transaction = transactions.begin(`session ${n}`, {}, 1n, {})
          for (const key of ['x', 'y', 'z']) {
            await transactions.statement(transaction, ({ change }) => {
              change.view.put(Buffer.from(key), bytes)
              change.record(operation)
            })
          }
          return transaction
        }
        const [first] = await Promise.all([0, 1, 2, 3, 4].map(stage))
        const refused = await stage(5).catch((error: CommandError) => error)
        // Where one ends there is room for another.
        if (first) transactions.abort(first)
        await stage(6)
        if (!(refused instanceof CommandError)) return 'it was not refused'
        expect(refused.errorLabels).to.deep.equal(['TransientTransactionError'])
        return refused.code
      }),
    'a transaction’s life': () =>
      withClock(async ({ transactions, locks }, pass) => {
        const transaction = transactions.begin('session', {}, 1n, {})
        await transactions.statement(transaction, ({ change }) => change.claim('resource'))
        pass(61_000)
        await locks.whenReleased('resource', 20_000)
        return transactions.statement(transaction, () => 'done').catch(({ code }: { code: number }) => code)
      }),
    'a sort without an index': async () => {
      await largeDocuments()
      return codeOf(collection().find().sort({ a: 1 }).toArray())
    },
    'the values of a `distinct`': async () => {
      const values = Array.from({ length: 2 }, (_, _id) => ({ _id, text: `${text.slice(0, 9 * 1024 * 1024)}${_id}` }))
      for (const document of values) await collection().insertOne(document)
      return codeOf(collection().distinct('text'))
    },
    'what `$group` and later stages hold': async () => {
      await largeDocuments()
      return codeOf(
        collection()
          .aggregate([{ $group: { _id: '$a' } }])
          .toArray(),
      )
    },
    'open cursors': async () => {
      await collection().insertMany([{ _id: 1 }, { _id: 2 }, { _id: 3 }])
      const open = () => db().command({ find: 'things', batchSize: 1 }, { promoteLongs: false })
      const cursors: unknown[] = []
      while (cursors.length < 1_000) {
        const opened = await Promise.all(Array.from({ length: 100 }, open))
        cursors.push(...opened.map(({ cursor }) => cursor.id))
      }
      const code = await codeOf(open())
      await db().command({ killCursors: 'things', cursors })
      return code
    },
    'a cursor that nobody asks': () =>
      withClock(async ({ cursors }, pass) => {
        let id = 0n
        const closed = new Promise<void>((close) => {
          const source = { next: () => ({ documents: [], isExhausted: false }), close }
          ;({ id } = cursors.open({
            namespace: 'a.b',
            session: undefined,
            transaction: undefined,
            source,
            isTailable: false,
          }))
        })
        pass(10 * 60_000 + 1)
        await closed
        return codeThrownBy(() => cursors.find(id, 'a.b'))
      }),
    'open snapshots (cursors and transactions)': () =>
      withClock(async ({ store }) => {
        for (let opened = store.openSnapshots; opened < 2_000; opened += 1) store.snapshot()
        return codeThrownBy(() => store.snapshot())
      }),
    'the log of changes': async () => {
      const stream = collection().watch([], { maxAwaitTimeMS: 20 })
      await stream.tryNext()
      await collection().insertOne({ _id: 'first' })
      const { _id: token } = await stream.next()
      await stream.close()
      for (let n = 0; n < 40; n += 1) await collection().insertOne({ text: 'x'.repeat(10_000) })
      const resume = () =>
        db().command({ aggregate: 'things', pipeline: [{ $changeStream: { resumeAfter: token } }], cursor: {} })
      for (;;) {
        // The log is cut beside the writes.
        const code = await resume().then(
          () => undefined,
          (error: { code: number }) => error.code,
        )
        if (code !== undefined) return code
        await collection().insertOne({ text: 'x'.repeat(10_000) })
      }
    },
    'a write that waits for a lock': () =>
      client().withSession(async (session) => {
        await collection().insertOne({ _id: 1 })
        session.startTransaction()
        await collection().updateOne({ _id: 1 }, { $set: { a: 1 } }, { session })
        return codeOf(collection().updateOne({ _id: 1 }, { $set: { a: 2 } }, { maxTimeMS: 30 }))
      }),
  }

  it('are all tried', () => {
    expect(Object.keys(provocations)).to.have.members(rowsOf('what').map(([what]) => what))
  })

  for (const [what = '', , answer = ''] of rowsOf('what')) {
    it(`end as it says: ${what}`, async () => {
      const { code, name } = codeIn(answer)
      expect(await provocations[what]?.()).to.equal(code || answer)
      if (name !== undefined) expect(errorCodes).to.have.property(name, code)
    })
  }
})

const codeThrownBy = (task: () => void): unknown => {
  try {
    task()
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error
  }
  return undefined
}
