import { once } from 'node:events'
import { Long, UUID } from 'bson'
import { expect } from 'chai'
import { type Doc, useEngine } from './running-engine.ts'
import { exhaustAllowed, message, moreToCome, query, type WireClient, wireClient } from './wire-client.ts'

describe("the embedded engine's wire protocol", () => {
  const { engine, collection, connect, db } = useEngine()
  let client: WireClient

  beforeEach(async () => {
    client = await wireClient(engine().uri)
  })
  afterEach(() => client.close())

  it('greets an old question in its old form, as a primary of a replica set', async () => {
    client.send(query({ ismaster: 1, helloOk: true }, 7))
    const { opcode, responseTo, body } = await client.next()
    expect([opcode, responseTo]).to.deep.equal([1, 7])
    expect(body).to.deep.include({
      ok: 1,
      helloOk: true,
      ismaster: true,
      secondary: false,
      setName: 'embedded',
      setVersion: 1,
      minWireVersion: 0,
      maxWireVersion: 21,
      maxBsonObjectSize: 16777216,
      maxMessageSizeBytes: 48000000,
      maxWriteBatchSize: 100000,
      logicalSessionTimeoutMinutes: 30,
      readOnly: false,
    })
    expect(body.hosts).to.deep.equal([body.me])
    expect(body.primary).to.equal(body.me)
    expect(body.me).to.match(/\.sock$/)
  })

  it('gives every answer a cluster time', async () => {
    for (const command of [{ ping: 1 }, { nonsense: 1 }]) {
      const { body } = await client.ask({ ...command, $db: 'admin' })
      expect(body.operationTime._bsontype).to.equal('Timestamp')
      expect(body.$clusterTime.signature.hash.buffer).to.have.length(20)
      expect(body.$clusterTime.signature.keyId).to.equal(0)
    }
  })

  it('streams hello to a client that allows it, each answer naming the one before', async () => {
    const first = await client.ask({ hello: 1, $db: 'admin' })
    const { topologyVersion } = first.body
    const waits = { hello: 1, topologyVersion, maxAwaitTimeMS: 20, $db: 'admin' }
    const second = await client.ask(waits, { flags: exhaustAllowed, requestId: 42 })
    const third = await client.next()
    const fourth = await client.next()
    expect([second.moreToCome, third.moreToCome, fourth.moreToCome]).to.deep.equal([true, true, true])
    expect([second.responseTo, third.responseTo, fourth.responseTo]).to.deep.equal([
      42,
      second.requestId,
      third.requestId,
    ])
  })

  it('lets a hello wait without a stream too, and refuses half a question', async () => {
    const { topologyVersion } = (await client.ask({ hello: 1, $db: 'admin' })).body
    const answer = await client.ask({ hello: 1, topologyVersion, maxAwaitTimeMS: 10, $db: 'admin' })
    expect(answer).to.deep.include({ moreToCome: false })
    const half = await client.ask({ hello: 1, topologyVersion, $db: 'admin' })
    expect(half.body.code).to.equal(51760)
  })

  it('takes document sequences and checksums', async () => {
    const answer = await client.ask(
      { insert: 'things', $db: db().databaseName },
      { sequences: { documents: [{ _id: 1 }, { _id: 2 }] }, checksum: true },
    )
    expect(answer.body).to.deep.include({ ok: 1, n: 2 })
    expect(await collection().distinct('_id')).to.deep.equal([1, 2])
  })

  it('does not answer what wants no answer', async () => {
    client.send(message({ insert: 'things', documents: [{ _id: 1 }], $db: db().databaseName }, { flags: moreToCome }))
    const answer = await client.ask({ ping: 1, $db: 'admin' }, { requestId: 9 })
    expect(answer.responseTo).to.equal(9)
    expect(await collection().countDocuments()).to.equal(1)
  })

  it('answers messages that come in pieces, and several that come at once', async () => {
    const bytes = Buffer.concat([1, 2, 3].map((requestId) => message({ ping: 1, $db: 'admin' }, { requestId })))
    for (let place = 0; place < bytes.length; place += 11) client.send(bytes.subarray(place, place + 11))
    const answers = [await client.next(), await client.next(), await client.next()]
    expect(answers.map(({ responseTo }) => responseTo)).to.deep.equal([1, 2, 3])
  })

  const malformed: Record<string, Buffer> = {
    'a length of nothing': Buffer.from('00000000000000000000000000000000', 'hex'),
    'a length of gigabytes': Buffer.from('ffffff7f0100000000000000dd070000', 'hex'),
    'an unknown opcode': Buffer.from('1400000001000000000000000f27000000000000', 'hex'),
    'a body that is cut off': Buffer.from('190000000100000000000000dd0700000000000000ff000000', 'hex'),
    'a required flag that is unknown': message({ ping: 1, $db: 'admin' }, { flags: 1 << 5 }),
  }
  for (const [title, bytes] of Object.entries(malformed)) {
    it(`hangs up on ${title}, and serves the others`, async () => {
      client.send(bytes)
      await client.closed
      expect((await db().command({ ping: 1 })).ok).to.equal(1)
    })
  }

  it('refuses a time that is longer than a clock waits, and a cursor that is none', async () => {
    const $db = db().databaseName
    const tooLong = 2 ** 31
    for (const command of [
      { find: 'things', maxTimeMS: tooLong },
      { hello: 1, topologyVersion: {}, maxAwaitTimeMS: tooLong },
    ]) {
      expect((await client.ask({ ...command, $db })).body).to.include({ ok: 0, code: 2 })
    }
    expect((await client.ask({ find: 'things', maxTimeMS: tooLong - 1, $db })).body.ok).to.equal(1)
    expect((await client.ask({ getMore: 'one', collection: 'things', $db })).body).to.include({ ok: 0, code: 14 })
  })

  it('serves many clients at once', async () => {
    const clients = await Promise.all(Array.from({ length: 10 }, () => connect({ maxPoolSize: 3 })))
    await Promise.all(
      clients.flatMap((each, place) =>
        Array.from({ length: 10 }, (_, n) =>
          each
            .db(db().databaseName)
            .collection<Doc>('things')
            .insertOne({ _id: `${place}-${n}` }),
        ),
      ),
    )
    expect(await collection().countDocuments()).to.equal(100)
  })

  it('keeps the driver connected by its stream of hellos', async () => {
    const watched = await connect({ heartbeatFrequencyMS: 500, monitorCommands: true })
    const beats: boolean[] = []
    watched.on('serverHeartbeatSucceeded', ({ awaited }) => beats.push(awaited))
    watched.on('serverHeartbeatFailed', ({ failure }) => expect.fail(String(failure)))
    while (beats.filter(Boolean).length < 2) await once(watched, 'serverHeartbeatSucceeded')
    expect((await watched.db('admin').command({ ping: 1 })).ok).to.equal(1)
  })

  it('knows sessions by their id, and refuses half of a transaction', async () => {
    const lsid = { id: new UUID() }
    const ask = (body: Doc) => client.ask({ ...body, $db: 'admin' }).then(({ body: answer }) => answer.code ?? 0)
    expect(await ask({ startSession: 1 })).to.equal(0)
    expect(await ask({ refreshSessions: [lsid] })).to.equal(0)
    expect(await ask({ ping: 1, txnNumber: Long.ONE })).to.equal(72)
    expect(await ask({ ping: 1, lsid, txnNumber: Long.ONE })).to.equal(50768)
    expect(await ask({ find: 'a', lsid, autocommit: false })).to.equal(72)
    expect(await ask({ commitTransaction: 1, lsid, txnNumber: Long.ONE })).to.equal(72)
    expect(await ask({ commitTransaction: 1, lsid, txnNumber: Long.ONE, autocommit: false })).to.equal(251)
    expect(await ask({ endSessions: [lsid] })).to.equal(0)
    expect(await ask({ ping: 1, lsid: { id: 'no' } })).to.equal(207)
  })
})
