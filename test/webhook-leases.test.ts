import { expect } from 'chai'
import { trusted } from 'mongoose'
import { models as webhookModels } from '../server/src/webhooks/documents.ts'
import { createLeases, type Lease } from '../server/src/webhooks/lease.ts'
import { unique } from './rig/people.ts'
import { sharedServer } from './rig/server.ts'

const progress = (seq: number) => ({ seq, failingSince: undefined, failedAt: undefined, notBefore: undefined })

const hourMs = 60 * 60 * 1_000

/** A cursor that no sender of the server knows of, with leases as two nodes claim them. */
async function aCursor() {
  const models = webhookModels((await sharedServer()).app.connection)
  const id = unique('whk')
  await models.webhookCursors.create([{ _id: id, organisation: 'org_none', seq: 7, fence: 0, round: 0 }])
  let time = Date.now()
  const now = () => new Date(time)
  const of = (nodeId: string, isAlone = false) => createLeases({ models, nodeId, isAlone, now })
  const claimed = async (nodeId: string): Promise<Lease> => {
    const lease = await of(nodeId).claim(id)
    if (lease === undefined || 'heldForMs' in lease) throw new Error(`${nodeId} did not get the lease`)
    return lease
  }
  return {
    id,
    of,
    claimed,
    stored: async () => (await models.webhookCursors.findById(id).lean()) ?? undefined,
    change: (update: object) => models.webhookCursors.updateOne({ _id: id }, update),
    pass: (ms: number) => {
      time += ms
    },
  }
}

describe('the lease of a webhook', () => {
  it('is one node’s at a time, and another’s once it is given back or was not renewed', async () => {
    const cursor = await aCursor()
    const one = await cursor.claimed('one')
    const refused = await cursor.of('other').claim(cursor.id)
    expect(refused).to.have.property('heldForMs').equal(15_000)
    expect(await one.save(progress(8))).to.equal(true)
    await one.release(progress(9), undefined)
    const other = await cursor.claimed('other')
    expect(other.cursor.seq).to.equal(9)
    expect(await cursor.of('one').claim(cursor.id)).to.have.property('heldForMs')
    cursor.pass(16_000)
    expect((await cursor.claimed('one')).cursor.fence).to.equal(3)
  })

  it('that was lost writes nothing and gives nothing back', async () => {
    const cursor = await aCursor()
    const former = await cursor.claimed('one')
    cursor.pass(16_000)
    const present = await cursor.claimed('other')
    expect(await former.save(progress(100))).to.equal(false)
    await former.release(progress(100), new Date(0))
    const stored = await cursor.stored()
    expect([stored?.seq, stored?.lease?.node, stored?.wakeAt]).to.deep.equal([7, 'other', undefined])
    expect(await present.save(progress(8))).to.equal(true)
  })

  it('is held no longer by one whose machine slept meanwhile', async () => {
    const cursor = await aCursor()
    const lease = await cursor.claimed('one')
    expect(lease.isHeld()).to.equal(true)
    // The clock that nobody sets stands still then.
    cursor.pass(hourMs)
    expect(lease.isHeld()).to.equal(false)
    expect(await lease.save(progress(8))).to.equal(true)
    expect(lease.isHeld()).to.equal(true)
    cursor.pass(-hourMs)
    expect(lease.isHeld()).to.equal(true)
  })

  it('is renewed together with others, and told of each whether it still holds', async () => {
    const { app } = await sharedServer()
    const models = webhookModels(app.connection)
    const leases = createLeases({ models, nodeId: 'one', isAlone: false, now: () => new Date() })
    const cursors = Array.from({ length: 20 }, (_, seq) => ({
      _id: unique('whk'),
      organisation: 'org_none',
      seq,
      fence: 0,
      round: 0,
    }))
    await models.webhookCursors.create(cursors)
    const held = await Promise.all(cursors.map(({ _id }) => leases.claim(_id)))
    const lost = [3, 8].flatMap((index) => cursors[index]?._id ?? [])
    await models.webhookCursors.updateMany({ _id: trusted({ $in: lost }) }, { $inc: { fence: 1 } })
    const saved = await Promise.all(
      held.map(async (lease) => lease !== undefined && 'save' in lease && lease.save(progress(50))),
    )
    expect(saved.flatMap((isHeld, index) => (isHeld ? [] : [index]))).to.deep.equal([3, 8])
    const stored = await models.webhookCursors.find({ _id: trusted({ $in: cursors.map(({ _id }) => _id) }) }).lean()
    expect(stored.filter(({ seq }) => seq === 50)).to.have.length(18)
  })

  it('is lost to a change that moves the cursor, and claimed anew from there by the same node', async () => {
    const cursor = await aCursor()
    const before = await cursor.claimed('one')
    await cursor.change({ $set: { seq: 3 }, $inc: { fence: 1, round: 1 } })
    expect(await before.save(progress(8))).to.equal(false)
    const { cursor: after } = await cursor.claimed('one')
    expect([after.seq, after.round]).to.deep.equal([3, 1])
  })

  it('is given back where a change has moved the cursor meanwhile, and leaves that where it is', async () => {
    const cursor = await aCursor()
    const lease = await cursor.claimed('one')
    await cursor.change({ $set: { seq: 3 }, $inc: { fence: 1, round: 1 } })
    const at = new Date()
    await lease.release(progress(8), at)
    const stored = await cursor.stored()
    expect([stored?.seq, stored?.lease, stored?.wakeAt]).to.deep.equal([3, undefined, at])
    expect((await cursor.claimed('other')).cursor.seq).to.equal(3)
  })

  it('keeps what is asked for at the moment in which it is given back', async () => {
    const cursor = await aCursor()
    const lease = await cursor.claimed('one')
    const [askedFor, later] = [new Date(Date.now() + hourMs), new Date(Date.now() + 2 * hourMs)]
    await cursor.change({ $set: { wakeAt: askedFor } })
    await lease.release(progress(8), later)
    expect((await cursor.stored())?.wakeAt).to.deep.equal(askedFor)
    await cursor.claimed('one')
    expect((await cursor.stored())?.wakeAt).to.equal(undefined)
  })

  it('that a dead process has left is free to whoever alone can open the database', async () => {
    const cursor = await aCursor()
    await cursor.claimed('one')
    const lease = await cursor.of('other', true).claim(cursor.id)
    expect(lease).to.have.property('cursor')
  })

  it('of a deleted endpoint cannot be had', async () => {
    const cursor = await aCursor()
    await cursor.change({ $set: { deletedAt: new Date() } })
    expect(await cursor.of('one').claim(cursor.id)).to.equal(undefined)
  })
})
