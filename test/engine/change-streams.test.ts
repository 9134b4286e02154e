import { once } from 'node:events'
import { expect } from 'chai'
import { type ChangeStream, type Document, Long, type ResumeToken } from 'mongodb'
import { type Doc, refusal, useEngine } from './running-engine.ts'

describe('change streams of the embedded engine', () => {
  const { collection, db, client, restart } = useEngine()
  const streams: ChangeStream[] = []
  const short = { maxAwaitTimeMS: 20 }

  afterEach(async () => {
    await Promise.all(streams.splice(0).map((stream) => stream.close()))
  })

  const kept = <Stream extends ChangeStream<Doc>>(stream: Stream): Stream => {
    streams.push(stream)
    return stream
  }
  /** A stream that is open before this resolves. It must have nothing to tell yet. */
  const opened = async <Stream extends ChangeStream<Doc>>(stream: Stream): Promise<Stream> => {
    expect(await kept(stream).tryNext()).to.equal(null)
    return stream
  }
  const take = async (stream: { next(): Promise<unknown> }, count: number): Promise<Document[]> => {
    const events: Document[] = []
    while (events.length < count) events.push((await stream.next()) as Document)
    return events
  }
  /** What an event says, without what differs from run to run. */
  const said = ({ operationType, documentKey, fullDocument, updateDescription }: Document): Document => ({
    operationType,
    ...(documentKey && { _id: documentKey._id }),
    ...(fullDocument !== undefined && { fullDocument }),
    ...(updateDescription && { updateDescription }),
  })

  it('tell every change in order, with what it changed', async () => {
    const stream = await opened(collection().watch([], short))
    await collection().insertOne({ _id: 1, a: 1, list: [1, 2, 3], nested: { x: 1, y: 2 } })
    await collection().updateOne({ _id: 1 }, { $set: { a: 2, 'nested.x': 5 }, $unset: { 'nested.y': 1 } })
    await collection().updateOne({ _id: 1 }, { $push: { list: 4 } } as Document)
    await collection().updateOne({ _id: 1 }, { $pop: { list: 1 } })
    await collection().updateOne({ _id: 1 }, { $set: { a: 2 } })
    await collection().replaceOne({ _id: 1 }, { b: 1 })
    await collection().deleteOne({ _id: 1 })
    const events = await take(stream, 6)
    expect(events.map(said)).to.deep.equal([
      {
        operationType: 'insert',
        _id: 1,
        fullDocument: { _id: 1, a: 1, list: [1, 2, 3], nested: { x: 1, y: 2 } },
      },
      {
        operationType: 'update',
        _id: 1,
        updateDescription: {
          updatedFields: { a: 2, 'nested.x': 5 },
          removedFields: ['nested.y'],
          truncatedArrays: [],
        },
      },
      {
        operationType: 'update',
        _id: 1,
        updateDescription: { updatedFields: { 'list.3': 4 }, removedFields: [], truncatedArrays: [] },
      },
      {
        operationType: 'update',
        _id: 1,
        updateDescription: {
          updatedFields: {},
          removedFields: [],
          truncatedArrays: [{ field: 'list', newSize: 3 }],
        },
      },
      { operationType: 'replace', _id: 1, fullDocument: { _id: 1, b: 1 } },
      { operationType: 'delete', _id: 1 },
    ])
    expect(events[0]?.ns).to.deep.equal({ db: db().databaseName, coll: 'things' })
    expect(events[0]?.clusterTime._bsontype).to.equal('Timestamp')
    expect(events[0]?.wallTime).to.be.instanceOf(Date)
  })

  it('tell a transaction at its commit, together and in its order', async () => {
    const stream = await opened(db().watch([], short))
    const session = client().startSession()
    session.startTransaction()
    await collection('first').insertOne({ _id: 1 }, { session })
    await collection('second').insertOne({ _id: 2 }, { session })
    await collection('outside').insertOne({ _id: 3 })
    await collection('first').updateOne({ _id: 1 }, { $set: { a: 1 } }, { session })
    await session.commitTransaction()
    const events = await take(stream, 4)
    expect(events.map(({ ns, operationType }) => `${operationType} ${ns.coll}`)).to.deep.equal([
      'insert outside',
      'insert first',
      'insert second',
      'update first',
    ])
    const [outside, ...inside] = events
    expect(outside).not.to.have.property('txnNumber')
    expect(new Set(inside.map(({ clusterTime }) => String(clusterTime)))).to.have.property('size', 1)
    expect(inside.map(({ lsid }) => lsid.id.toString('hex'))).to.deep.equal(
      inside.map(() => session.id?.id.toString('hex')),
    )
    await session.abortTransaction().catch(() => undefined)
    await session.endSession()
  })

  it('tell nothing of an aborted transaction and of failed statements', async () => {
    const stream = await opened(collection().watch([], short))
    await collection().insertOne({ _id: 1 })
    const session = client().startSession()
    session.startTransaction()
    await collection().insertOne({ _id: 2 }, { session })
    await session.abortTransaction()
    await session.endSession()
    await refusal(collection().insertMany([{ _id: 3 }, { _id: 1 }, { _id: 4 }]))
    await collection().insertOne({ _id: 5 })
    const events = await take(stream, 3)
    expect(events.map(({ documentKey }) => documentKey._id)).to.deep.equal([1, 3, 5])
  })

  it('look documents up, filter and shape what they tell', async () => {
    const pipeline = [
      { $match: { operationType: 'update', 'fullDocument.kind': 'wanted' } },
      { $project: { 'fullDocument.n': 1, operationType: 1 } },
    ]
    const stream = await opened(collection().watch<Doc>(pipeline, { ...short, fullDocument: 'updateLookup' }))
    await collection().insertMany([
      { _id: 1, kind: 'wanted', n: 1 },
      { _id: 2, kind: 'other', n: 1 },
    ])
    await collection().updateMany({}, { $inc: { n: 1 } })
    const [event] = await take(stream, 1)
    expect(event).to.deep.include({ operationType: 'update', fullDocument: { n: 2 } })
    expect(Object.keys(event ?? {}).sort()).to.deep.equal(['_id', 'fullDocument', 'operationType'])
    const broken = await opened(collection().watch([{ $project: { _id: 0 } }], short))
    await collection().insertOne({ _id: 3 })
    const error = await broken.next().then(
      () => undefined,
      (failure: Error) => failure,
    )
    expect(error?.message).to.match(/_id|resume token/)
  })

  it('watch one collection, a database or everything', async () => {
    const wide = await opened(
      client().watch<Doc>([{ $match: { 'ns.db': { $in: [db().databaseName, 'elsewhere'] } } }], short),
    )
    const narrow = await opened(collection().watch([], short))
    await collection('others').insertOne({ _id: 1 })
    await client().db('elsewhere').collection<Doc>('things').insertOne({ _id: 2 })
    await collection().insertOne({ _id: 3 })
    expect((await take(wide, 3)).map(({ documentKey }) => documentKey._id)).to.deep.equal([1, 2, 3])
    expect((await take(narrow, 1)).map(({ documentKey }) => documentKey._id)).to.deep.equal([3])
    await client().db('elsewhere').dropDatabase()
  })

  it('wake at once at a commit, and give an empty batch at their time', async () => {
    const { cursor } = await db().command({ aggregate: 'things', pipeline: [{ $changeStream: {} }], cursor: {} })
    const more = { getMore: Long.fromString(String(cursor.id)), collection: 'things' }
    const empty = await db().command({ ...more, maxTimeMS: 10 })
    expect(empty.cursor.nextBatch).to.deep.equal([])
    // Longer than a test may take.
    const waiting = db().command({ ...more, maxTimeMS: 600_000 })
    await collection('others').insertOne({ _id: 1 })
    await collection().insertOne({ _id: 1 })
    expect((await waiting).cursor.nextBatch).to.have.length(1)
  })

  it('move their token on though nothing of theirs happens', async () => {
    const stream = await opened(collection().watch([], { maxAwaitTimeMS: 1 }))
    const before = stream.resumeToken
    await collection('others').insertOne({ _id: 1 })
    while (JSON.stringify(stream.resumeToken) === JSON.stringify(before)) await stream.tryNext()
    await collection().insertOne({ _id: 2 })
    const resumed = kept(collection().watch([], { resumeAfter: stream.resumeToken }))
    expect((await take(resumed, 1)).map(said)).to.deep.equal([
      { operationType: 'insert', _id: 2, fullDocument: { _id: 2 } },
    ])
  })

  it('resume after any event, inside a transaction too, without gap or repetition', async () => {
    const stream = await opened(collection().watch([], short))
    await collection().insertOne({ _id: 0 })
    await client().withSession((session) =>
      session.withTransaction(async () => {
        await collection().insertMany([{ _id: 1 }, { _id: 2 }, { _id: 3 }], { session })
      }),
    )
    await collection().insertOne({ _id: 4 })
    const events = await take(stream, 5)
    await restart()
    for (const [place, event] of events.entries()) {
      const rest = events.slice(place + 1).map(said)
      for (const option of ['resumeAfter', 'startAfter'] as const) {
        const resumed = kept(collection().watch([], { [option]: event._id, batchSize: 2 }))
        expect((await take(resumed, rest.length)).map(said)).to.deep.equal(rest)
        await resumed.close()
      }
      const { clusterTime } = event
      const started = kept(collection().watch([], { startAtOperationTime: clusterTime }))
      const from = events.findIndex((each) => each.clusterTime.equals(clusterTime))
      expect((await take(started, events.length - from)).map(said)).to.deep.equal(events.slice(from).map(said))
      await started.close()
    }
  })

  it('end with an invalidate event when their collection or database is dropped', async () => {
    await collection().insertOne({ _id: 1 })
    const narrow = await opened(collection().watch([], short))
    const wide = await opened(db().watch([], short))
    await collection().drop()
    const events = await take(narrow, 2)
    expect(events.map(({ operationType }) => operationType)).to.deep.equal(['drop', 'invalidate'])
    if (!narrow.closed) await once(narrow, 'close')
    await collection('others').insertOne({ _id: 1 })
    await db().dropDatabase()
    expect((await take(wide, 5)).map(({ operationType }) => operationType)).to.deep.equal([
      'drop',
      'insert',
      'drop',
      'dropDatabase',
      'invalidate',
    ])
    const token = events[1]?._id as ResumeToken
    const refused = await refusal(collection().watch([], { resumeAfter: token }).next())
    expect(refused.code).to.equal(260)
    const again = kept(collection().watch([], { startAfter: token }))
    await collection().insertOne({ _id: 'again' })
    expect((await take(again, 1)).map(({ documentKey }) => documentKey._id)).to.deep.equal(['again'])
  })

  const refused: Record<string, [stage: Document, code: number]> = {
    'a token that is none': [{ resumeAfter: { _data: 'nonsense' } }, 260],
    'a token of an event that was never': [{ resumeAfter: { _data: `01${'7f'.repeat(8)}0000000001` } }, 280],
    'a token from before the log': [{ resumeAfter: { _data: `01${'00'.repeat(8)}ffffffff00` } }, 286],
    'two places to begin': [{ resumeAfter: { _data: 'x' }, startAfter: { _data: 'x' } }, 2],
    'the document before the change': [{ fullDocumentBeforeChange: 'required' }, 238],
    'an unknown option': [{ nonsense: 1 }, 40415],
  }
  for (const [title, [stage, code]] of Object.entries(refused)) {
    it(`are refused: ${title}`, async () => {
      const command = { aggregate: 'things', pipeline: [{ $changeStream: stage }], cursor: {} }
      expect((await refusal(db().command(command))).code).to.equal(code)
    })
  }

  it('fan out: many streams see the same events', async () => {
    const many = await Promise.all(Array.from({ length: 15 }, () => opened(collection().watch([], short))))
    for (let _id = 0; _id < 30; _id += 1) await collection().insertOne({ _id })
    const seen = await Promise.all(many.map((stream) => take(stream, 30)))
    for (const events of seen) {
      expect(events.map(({ documentKey }) => documentKey._id)).to.deep.equal(
        Array.from({ length: 30 }, (_, _id) => _id),
      )
    }
  })
})

describe('the log of changes', () => {
  const { collection } = useEngine({ oplogBytes: 200_000 })

  it('is cut at its size, and a stream that would resume from before is told so', async () => {
    const stream = collection().watch()
    await stream.tryNext()
    await collection().insertOne({ _id: 'first' })
    const first = await stream.next()
    await stream.close()
    for (let n = 0; n < 100; n += 1) await collection().insertOne({ _id: n, text: 'x'.repeat(5_000) })
    let code: unknown
    // It is cut beside the writes, not in them.
    while (code === undefined) {
      code = await collection()
        .watch([], { resumeAfter: first._id })
        .tryNext()
        .then(
          () => undefined,
          (error: { code: number }) => error.code,
        )
    }
    expect(code).to.equal(286)
  })
})
