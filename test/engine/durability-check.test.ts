import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkData, startEngine } from '@rolecall/embedded-mongo'
import { expect } from 'chai'
import { MongoClient } from 'mongodb'
import { type Collection, loadCatalogue } from '../../packages/embedded-mongo/src/storage/catalogue.ts'
import { documentKey, encodeId } from '../../packages/embedded-mongo/src/storage/documents.ts'
import * as keys from '../../packages/embedded-mongo/src/storage/keys.ts'
import { openStore, type WriteTransaction } from '../../packages/embedded-mongo/src/storage/store.ts'
import { encode } from '../../packages/embedded-mongo/src/values/codec.ts'
import { refusal, useEngine } from './running-engine.ts'

type Tampering = (transaction: WriteTransaction, things: Collection) => void

const firstKey = (transaction: WriteTransaction, prefix: Buffer): Buffer => {
  for (const { key } of transaction.range({ start: prefix, end: keys.after(prefix) })) return Buffer.from(key)
  throw new Error('There is nothing')
}
/** `byName` is the first index that was made, `byTags` the second. */
const byName = 1
const byTags = 2
const keyOf = (things: Collection, id: number): Buffer => documentKey(things, encodeId(id))

const tamperings: Readonly<Record<string, readonly [tamper: Tampering, named: RegExp]>> = {
  'an entry of an index is gone': [
    (transaction, { id }) => transaction.remove(firstKey(transaction, keys.indexPrefix(id, byName))),
    /^shop\.things, index name_1: lacks {_id: 0}$/,
  ],
  'an entry of an index over an array is gone': [
    (transaction, { id }) => transaction.remove(firstKey(transaction, keys.indexPrefix(id, byTags))),
    /^shop\.things, index tags_1: lacks {_id: 0}$/,
  ],
  'an index does not know that it has met an array': [
    (transaction, { id }) => transaction.remove(keys.multikeyKey(id, byTags)),
    /index tags_1: lacks {_id: 0}: it holds an array/,
  ],
  'an entry is of a document that is gone': [
    (transaction, { id }) => {
      const prefix = keys.indexPrefix(id, byName)
      transaction.put(Buffer.concat([prefix, Buffer.from('zz'), encodeId(99)]), encodeId(99))
    },
    /^shop\.things, index name_1: the entry \w+ is of a document that is not there$/,
  ],
  'an entry is of a value that its document no longer has': [
    (transaction, { id }) => {
      const prefix = keys.indexPrefix(id, byName)
      transaction.put(Buffer.concat([prefix, Buffer.from('zz'), encodeId(1)]), encodeId(1))
    },
    /index name_1: the entry \w+ is of another value than its document has$/,
  ],
  'a document is gone': [
    (transaction, things) => transaction.remove(keyOf(things, 1)),
    /shop\.things {_id: 1} was written, and is not there$/,
  ],
  'a document is not what was written': [
    (transaction, things) => transaction.put(keyOf(things, 1), encode({ _id: 1, name: 'name 1', tags: [], more: 1 })),
    /shop\.things {_id: 1} is not what was written$/,
  ],
  'a document is not as it was updated': [
    (transaction, things) =>
      transaction.put(keyOf(things, 0), encode({ _id: 0, name: 'name 0', tags: ['a', 'b'], n: 8 })),
    /shop\.things {_id: 0} is not as updated$/,
  ],
  'a document is there that was deleted': [
    (transaction, things) => transaction.put(keyOf(things, 2), encode({ _id: 2, name: 'name 2', tags: [] })),
    /shop\.things {_id: 2} was deleted, and is there$/,
  ],
  'a document lies where another should': [
    (transaction, things) => {
      const bytes = transaction.get(keyOf(things, 1))
      if (bytes) transaction.put(keyOf(things, 98), bytes)
    },
    /shop\.things: the document at \w+ calls itself {_id: 1}$/,
  ],
  'a document cannot be read': [
    (transaction, things) => transaction.put(keyOf(things, 1), Buffer.from('nonsense')),
    /shop\.things: the document at \w+ cannot be read/,
  ],
  'a collection is gone from the catalogue': [
    (transaction) => transaction.remove(keys.catalogueKey('shop.things')),
    /documents \w+ are of no collection$/,
  ],
  'entries are left of an index that is gone': [
    (transaction, { id }) => transaction.put(Buffer.concat([keys.indexPrefix(id, 77), encodeId(1)]), encodeId(1)),
    /entries \w+ are of no index$/,
  ],
  'the log of changes lacks its beginning': [
    (transaction) => {
      const later = Buffer.alloc(8, 0x7f)
      transaction.put(keys.metaKey('oplogTrimmed'), later)
    },
    /the log does not begin where it says/,
  ],
  'an entry of the log cannot be read': [
    (transaction) => transaction.put(firstKey(transaction, keys.allOplog), Buffer.from([9, 0, 0, 0, 1])),
    /the log's entry \d+ cannot be read/,
  ],
  'the record of a session cannot be read': [
    (transaction) => transaction.put(keys.retryKey('aa'), Buffer.from('nonsense')),
    /the record of session aa cannot be read/,
  ],
}

describe("the check of the engine's data", () => {
  let original = ''
  let directory = ''

  before(async () => {
    original = await mkdtemp(join(tmpdir(), 'rolecall-engine-'))
    const engine = await startEngine({ directory: original })
    const client = await new MongoClient(engine.uri).connect()
    const things = client.db('shop').collection<{ _id: number }>('things')
    await things.createIndex({ name: 1 }, { unique: true })
    await things.createIndex({ tags: 1 })
    const documents = [0, 1, 2].map((_id) => ({
      _id,
      name: `name ${_id}`,
      tags: _id === 0 ? ['a', 'b'] : [`tag ${_id}`],
    }))
    await things.insertMany(documents)
    await things.updateOne({ _id: 0 }, { $set: { n: 7 } })
    await things.deleteOne({ _id: 2 })
    const drafts = client.db('zoo').collection<{ _id: number }>('drafts')
    await drafts.insertOne({ _id: 1 })
    await drafts.rename('finals')
    await drafts.insertOne({ _id: 2 })
    await drafts.aggregate([{ $out: 'finals' }]).toArray()
    await client.close()
    await engine.stop()
  })
  after(() => rm(original, { recursive: true }))

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rolecall-engine-'))
    await copyFile(join(original, 'data.lmdb'), join(directory, 'data.lmdb'))
  })
  afterEach(() => rm(directory, { recursive: true }))

  const tamper = async (how: Tampering): Promise<void> => {
    const store = openStore(join(directory, 'data.lmdb'), (error) => {
      throw error
    })
    const snapshot = store.snapshot()
    const things = loadCatalogue(snapshot.view).find('shop.things')
    snapshot.release()
    if (!things) throw new Error('There are no things')
    await store.write((transaction) => how(transaction, things))
    await store.close()
  }

  it('finds nothing in what the engine has left', async () => {
    const { faults, collections } = await checkData(directory)
    expect(faults).to.deep.equal([])
    const [things] = collections
    expect(things?.documents).to.equal(2)
    expect(things?.indexes.map(({ name, entries }) => [name, entries])).to.deep.equal([
      ['_id_', 2],
      ['name_1', 2],
      ['tags_1', 3],
    ])
  })

  for (const [title, [how, named]] of Object.entries(tamperings)) {
    it(`names what is wrong where ${title}`, async () => {
      await tamper(how)
      const { faults } = await checkData(directory)
      expect(
        faults.some((fault) => named.test(fault)),
        faults.join('\n'),
      ).to.equal(true)
    })
  }

  it('is refused while an engine has the data, and where there are none', async () => {
    const engine = await startEngine({ directory })
    const running = await checkData(directory).catch((error: Error) => error.message)
    expect(running).to.include('An engine is running')
    await engine.stop()
    const nothing = await checkData(join(directory, 'nowhere')).catch((error: Error) => error.message)
    expect(nothing).to.include('There are no data')
  })
})

describe("MongoDB's validate", () => {
  const { db, collection } = useEngine()

  it('says that a collection is whole, with its numbers', async () => {
    await collection().createIndex({ n: 1 })
    await collection().insertMany([{ n: 1 }, { n: [2, 3] }])
    const answer = await db().command({ validate: 'things', full: true })
    expect(answer).to.deep.include({
      ns: `${db().databaseName}.things`,
      valid: true,
      nrecords: 2,
      nIndexes: 2,
      keysPerIndex: { _id_: 2, n_1: 3 },
      errors: [],
    })
  })

  it('refuses what is not there, and to repair', async () => {
    expect((await refusal(db().command({ validate: 'things' }))).code).to.equal(26)
    expect((await refusal(db().command({ validate: 'things', repair: true }))).code).to.equal(238)
  })
})
