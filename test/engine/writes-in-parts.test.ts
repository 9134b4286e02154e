import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkData, startEngine } from '@rolecall/embedded-mongo'
import { Binary, type Document, Long } from 'bson'
import { expect } from 'chai'
import type { ClientSession, Collection, MongoClient } from 'mongodb'
import { impatientClient } from './impatient-client.ts'
import { type Doc, useEngine } from './running-engine.ts'
import { wireClient } from './wire-client.ts'

/** Until it is there: the first part of a write is committed, and the next statement waits. */
const isThere = async (things: Collection<Doc>, _id: number): Promise<void> => {
  while (!(await things.findOne({ _id })));
}

/** A transaction that keeps others from writing this document. */
const locked = async (client: MongoClient, things: Collection<Doc>, _id: number): Promise<ClientSession> => {
  const session = client.startSession()
  session.startTransaction()
  await things.insertOne({ _id }, { session })
  return session
}

const numbered = (): Document => ({
  lsid: { id: new Binary(randomBytes(16), Binary.SUBTYPE_UUID) },
  txnNumber: Long.fromInt(1),
})

describe('a write of several statements that is ended in the middle', () => {
  const { collection, client, db, engine } = useEngine()

  it('by its time, while it waits for a lock, is refused whole as in MongoDB, and repeated where it ended', async () => {
    await db().createCollection('things')
    const session = await locked(client(), collection(), 2)
    const wire = await wireClient(engine().uri)
    const documents = [{ _id: 1 }, { _id: 2 }, { _id: 3 }]
    const command = { insert: 'things', documents, $db: db().databaseName, ...numbered() }
    const { body: refused } = await wire.ask({ ...command, maxTimeMS: 50 })
    expect(refused).to.include({ ok: 0, code: 50 })
    expect(refused).not.to.have.any.keys('n', 'writeErrors', 'errorLabels')
    expect(await collection().distinct('_id')).to.deep.equal([1])
    await session.abortTransaction()
    await session.endSession()
    const { body: repeated } = await wire.ask(command)
    expect(repeated).to.deep.include({ ok: 1, n: 3, retriedStmtIds: [0] })
    expect(await collection().distinct('_id')).to.deep.equal([1, 2, 3])
    wire.close()
    await wire.closed
  })

  for (const ordered of [true, false]) {
    it(`by its time, within a statement, is refused whole too, ${ordered ? 'in order' : 'in any order'}`, async () => {
      const texts = Array.from({ length: 2_000 }, (_, _id) => ({ _id, text: 'x'.repeat(1_000) }))
      await collection().insertMany(texts)
      const slow = { $or: Array.from({ length: 300 }, (_, n) => ({ [`f${n}`]: 1 })) }
      const u = { $set: { n: 1 } }
      const updates = [
        { q: { _id: 1 }, u },
        { q: slow, u },
        { q: { _id: 2 }, u },
      ]
      const refused = await db()
        .command({ update: 'things', updates, ordered, maxTimeMS: 1 })
        .catch(({ code }: { code: number }) => code)
      expect(refused).to.equal(50)
      expect(await collection().distinct('_id', { n: 1 })).to.deep.equal([1])
    })
  }

  it('within a transaction ends the transaction', async () => {
    await collection().insertMany(Array.from({ length: 2_000 }, (_, _id) => ({ _id, text: 'x'.repeat(1_000) })))
    const slow = { $or: Array.from({ length: 300 }, (_, n) => ({ [`f${n}`]: 1 })) }
    const wire = await wireClient(engine().uri)
    const own = { ...numbered(), autocommit: false, $db: db().databaseName }
    const updates = [{ q: slow, u: { $set: { n: 1 } } }]
    const { body } = await wire.ask({ update: 'things', updates, maxTimeMS: 1, startTransaction: true, ...own })
    expect(body).to.include({ ok: 0, code: 50 })
    const { body: ended } = await wire.ask({ commitTransaction: 1, ...own, $db: 'admin' })
    expect(ended).to.include({ ok: 0, code: 251 })
    wire.close()
    await wire.closed
  })
})

describe('an engine that stops while a write waits for a lock', () => {
  it('ends the transaction that holds it, and answers the write', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'rolecall-engine-'))
    const engine = await startEngine({ directory })
    const client = await impatientClient(engine.uri)
    const things = client.db('shop').collection<Doc>('things')
    await client.db('shop').createCollection('things')
    await locked(client, things, 2)
    const wire = await wireClient(engine.uri)
    const answered = wire.ask({ insert: 'things', documents: [{ _id: 1 }, { _id: 2 }], $db: 'shop' })
    await isThere(things, 1)
    await Promise.all([engine.stop(), wire.closed])
    expect((await answered).body).to.deep.include({ ok: 1, n: 2 })
    await client.close()
    const { faults, collections } = await checkData(directory)
    expect(faults).to.deep.equal([])
    expect(collections[0]?.documents).to.equal(2)
    await rm(directory, { recursive: true })
  })
})
