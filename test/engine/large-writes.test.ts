import { expect } from 'chai'
import { Long, UUID } from 'mongodb'
import { useEngine } from './running-engine.ts'
import { wireClient } from './wire-client.ts'

/** As long as an indexed value may be. */
const idOf = (n: number): string => String(n).padStart(1_900, 'x')

// By the wire: the driver sends no more than 16 MB at once.
describe('a write of as much as a message holds', () => {
  const { collection, db, engine } = useEngine()

  it('remembers all that it has answered, for its repetition', async () => {
    const wire = await wireClient(engine().uri)
    const updates = Array.from({ length: 10_000 }, (_, n) => ({
      q: { _id: idOf(n) },
      u: { $set: { a: 1 } },
      upsert: true,
    }))
    const command = { update: 'things', lsid: { id: new UUID() }, txnNumber: Long.ONE, $db: db().databaseName }
    const { body } = await wire.ask(command, { sequences: { updates } })
    expect(body).to.include({ ok: 1, n: 10_000, nModified: 0 })
    const { body: again } = await wire.ask(command, { sequences: { updates } })
    expect(again).to.include({ ok: 1, n: 10_000, nModified: 0 })
    expect(again.upserted).to.deep.equal(body.upserted)
    expect(again.retriedStmtIds).to.have.length(10_000)
    wire.close()
    await wire.closed
  })

  it('is answered though its errors are more than an answer holds: the later ones without what they say', async () => {
    const wire = await wireClient(engine().uri)
    const documents = Array.from({ length: 13_000 }, () => ({ _id: idOf(0) }))
    const command = { insert: 'things', ordered: false, $db: db().databaseName }
    const { body } = await wire.ask(command, { sequences: { documents: [...documents, { _id: 'last' }] } })
    expect(body).to.include({ ok: 1, n: 2 })
    expect(body.writeErrors).to.have.length(12_999)
    expect(body.writeErrors[1]).to.deep.include({ index: 2, code: 11000, keyValue: { _id: idOf(0) } })
    expect(body.writeErrors[1].errmsg).to.include('E11000 duplicate key error').and.to.include(idOf(0))
    expect(body.writeErrors[1_000]).to.deep.include({ index: 1_001, errmsg: '', keyValue: { _id: idOf(0) } })
    expect(body.writeErrors[12_998]).to.deep.equal({ index: 12_999, code: 11000, codeName: 'DuplicateKey', errmsg: '' })
    expect(await collection().distinct('_id')).to.have.members([idOf(0), 'last'])
    wire.close()
    await wire.closed
  })

  it('tells the first two errors whole, however long they are', async () => {
    const filters = Array.from({ length: 3 }, () => ({ q: { [`$${'x'.repeat(600_000)}`]: 1 }, u: { $set: { a: 1 } } }))
    const { writeErrors } = await db().command({ update: 'things', updates: filters, ordered: false })
    expect(writeErrors.map(({ errmsg }: { errmsg: string }) => errmsg.length > 600_000)).to.deep.equal([
      true,
      true,
      false,
    ])
    expect(writeErrors[2].errmsg).to.equal('')
  })
})
