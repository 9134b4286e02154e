import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { type Engine, openEngine } from '../../packages/embedded-mongo/src/engine/engine.ts'
import * as storage from '../../packages/embedded-mongo/src/storage/documents.ts'
import { overlayOn } from '../../packages/embedded-mongo/src/storage/view.ts'
import { decode, encode } from '../../packages/embedded-mongo/src/values/codec.ts'

describe("a transaction's snapshot", () => {
  let directory = ''
  let engine: Engine

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rolecall-engine-'))
    const broken = (error: Error): void => {
      throw error
    }
    const limits = { oplogBytes: 1_000_000, oplogAgeMs: 60_000 }
    const clocks = { now: Date.now, elapsedMs: () => performance.now() }
    engine = await openEngine({ directory, address: 'test.sock', ...clocks, ...limits }, broken)
  })
  after(async () => {
    await engine.close()
    await rm(directory, { recursive: true })
  })

  it('has the time of the newest commit that it shows, not of one that is just being made', async () => {
    const { commits, catalogue, store, transactions } = engine
    const doc = { _id: 1, n: 0 }
    await commits.run((commit) => {
      const collection = catalogue.create(commit.transaction, commit.time(), 'db.things')
      commit.statement((change) => storage.insert(change, collection, encode(doc), doc))
    })
    const collection = catalogue.find('db.things')
    if (!collection) throw new Error('No collection')
    const id = storage.encodeId(1)
    const key = storage.documentKey(collection, id)

    const transaction = transactions.begin('session', {}, 1n, {})

    // The commit has its time and its data, and nobody sees it yet: in this moment increments were lost.
    const { result: snapshot, time } = await commits.run((commit) => {
      commit.statement((change) => {
        const before = { id, bytes: encode(doc), doc }
        storage.replace(change, collection, before, { _id: 1, n: 1 }, 'update')
      })
      // As if a first statement had read here.
      const reading = { snapshot: store.snapshot() }
      transaction.reading = { ...reading, overlay: overlayOn(reading.snapshot.view) }
      transaction.statements = 1
      return reading.snapshot
    })
    expect(snapshot.time < time).to.equal(true)
    expect(decode(snapshot.view.get(key) ?? encode({}))).to.deep.equal(decode(encode(doc)))
    // Who has read this must not write without learning of the commit.
    const claim = transactions.statement(transaction, ({ change }) => change.claim(storage.resourceOf(collection, id)))
    expect(await claim.catch((error: { code: number }) => error.code)).to.equal(112)

    const after = store.snapshot()
    expect(after.time).to.equal(time)
    expect(decode(after.view.get(key) ?? encode({}))).to.deep.equal(decode(encode({ _id: 1, n: 1 })))
    after.release()
  })
})
