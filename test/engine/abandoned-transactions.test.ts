import { expect } from 'chai'
import { type Document, Long, UUID } from 'mongodb'
import { refusal, useEngine } from './running-engine.ts'
import { wireClient } from './wire-client.ts'

describe('a transaction that its client has given up', () => {
  const { collection, client, db, engine } = useEngine()

  it('is over when its session goes on with a later number, and locks nothing any more', async () => {
    await collection().insertOne({ _id: 1, n: 0 })
    const wire = await wireClient(engine().uri)
    const lsid = { id: new UUID() }
    const own = { lsid, txnNumber: Long.fromInt(5), autocommit: false }
    const set = (n: number): Document => ({
      update: 'things',
      updates: [{ q: { _id: 1 }, u: { $set: { n } } }],
      $db: db().databaseName,
    })
    expect((await wire.ask({ ...set(1), ...own, startTransaction: true })).body).to.include({ ok: 1 })
    // Its abort was lost on the way.
    const later = { lsid, txnNumber: Long.fromInt(6) }
    expect((await wire.ask({ ...set(2), ...later, maxTimeMS: 30_000 })).body).to.include({ ok: 1, nModified: 1 })
    expect((await wire.ask({ commitTransaction: 1, ...own, $db: 'admin' })).body).to.include({ ok: 0, code: 251 })
    expect(await collection().findOne()).to.deep.equal({ _id: 1, n: 2 })
    wire.close()
    await wire.closed
  })

  it('does not keep another waiting for longer than that one has said', async () => {
    await collection().insertOne({ _id: 1, n: 0 })
    const [holder, other] = [client().startSession(), client().startSession()]
    holder.startTransaction()
    await collection().updateOne({ _id: 1 }, { $set: { n: 1 } }, { session: holder })
    other.startTransaction()
    const order: string[] = []
    const short = refusal(
      collection().updateOne({ _id: 1 }, { $set: { n: 2 } }, { session: other, maxTimeMS: 20 }),
    ).finally(() => order.push('short'))
    const long = refusal(collection().updateOne({ _id: 1 }, { $set: { n: 3 } }, { maxTimeMS: 3_000 })).finally(() =>
      order.push('long'),
    )
    const [{ code, errorLabels }, outside] = await Promise.all([short, long])
    expect([code, errorLabels, outside.code]).to.deep.equal([112, ['TransientTransactionError'], 50])
    expect(order).to.deep.equal(['short', 'long'])
    await holder.abortTransaction()
    await Promise.all([holder.endSession(), other.endSession()])
  })
})
