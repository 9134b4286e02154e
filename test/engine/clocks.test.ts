import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Document, deserialize } from 'bson'
import { expect } from 'chai'
import { answer } from '../../packages/embedded-mongo/src/commands/dispatch.ts'
import { type Engine, openEngine } from '../../packages/embedded-mongo/src/engine/engine.ts'
import type { Transaction } from '../../packages/embedded-mongo/src/transactions/transactions.ts'

const minute = 60_000
const year = 365 * 24 * 60 * minute

describe('a time of day that jumps', () => {
  let directory = ''
  let engine: Engine
  let day = Date.now()
  let elapsed = 0
  /** What passes between two looks at the clock. */
  let step = 0

  beforeEach(async () => {
    step = 0
    directory = await mkdtemp(join(tmpdir(), 'rolecall-engine-'))
    const limits = { oplogBytes: 100_000, oplogAgeMs: year }
    const clocks = { now: () => day, elapsedMs: () => (elapsed += step) }
    engine = await openEngine({ directory, address: 'test.sock', ...clocks, ...limits }, (error) => {
      throw error
    })
  })
  afterEach(async () => {
    await engine.close()
    await rm(directory, { recursive: true })
  })

  /** One that holds a lock of its session's name. */
  const began = async (session: string, connection = {}): Promise<Transaction> => {
    const transaction = engine.transactions.begin(session, {}, 1n, connection)
    await engine.transactions.statement(transaction, ({ change }) => change.claim(session))
    return transaction
  }
  const end = async ({ session }: Transaction): Promise<void> => {
    expect(await engine.locks.whenReleased(session, minute), `the end of ${session}`).to.equal(true)
  }

  it('ends no transaction that is young, and keeps none that is old', async () => {
    const old = await began('old')
    elapsed += minute - 1
    day += year
    const young = await began('young')
    elapsed += 1
    // Both are looked at together.
    await end(old)
    expect([old.state, young.state]).to.deep.equal(['aborted', 'open'])
    day -= 2 * year
    elapsed += minute
    await end(young)
    expect(young.state).to.equal('aborted')
  })

  it('gives a transaction whose connection is lost its five seconds', async () => {
    const connections = [{}, {}]
    const [first, second] = await Promise.all([began('first', connections[0]), began('second', connections[1])])
    engine.transactions.disconnected(connections[0] ?? {})
    elapsed += 4_999
    engine.transactions.disconnected(connections[1] ?? {})
    day += year
    elapsed += 1
    await end(first)
    expect(second.state).to.equal('open')
    day -= 2 * year
    elapsed += 4_999
    await end(second)
  })

  it('closes no cursor that was just asked, and each that nobody has asked', () => {
    const { cursors } = engine
    const source = { next: () => ({ documents: [], isExhausted: false }), close: () => undefined }
    const wanted = { namespace: 'a.b', session: undefined, transaction: undefined, source, isTailable: false }
    cursors.open(wanted)
    day += year
    elapsed += 10 * minute
    cursors.reap()
    expect(cursors.size).to.equal(1)
    day -= 2 * year
    elapsed += 1
    cursors.reap()
    expect(cursors.size).to.equal(0)
  })

  it('gives up no snapshot that a session has just read, and each that is read no more', () => {
    const { pinned, store } = engine
    pinned.pin('session', store.snapshot()).release()
    day += year
    elapsed += 5 * minute
    pinned.reap()
    expect(store.openSnapshots).to.equal(1)
    day -= 2 * year
    elapsed += 1
    pinned.reap()
    expect(store.openSnapshots).to.equal(0)
  })

  it('forgets a session by what has passed, and shows when it was used', () => {
    const { sessions } = engine
    const shown = () => [...sessions.all()].map(({ lsid, lastUse }) => ({ ...lsid, lastUse }))
    const first = { id: 'first', lastUse: new Date(day) }
    sessions.used('first', { id: 'first' })
    day += year
    elapsed += 30 * minute - 1
    sessions.used('second', { id: 'second' })
    const second = { id: 'second', lastUse: new Date(day) }
    expect(shown()).to.deep.equal([first, second])
    day -= 2 * year
    elapsed += 1
    sessions.used('third', { id: 'third' })
    expect(shown()).to.deep.equal([second, { id: 'third', lastUse: new Date(day) }])
  })
  const ask = async (command: Document): Promise<Document> => {
    const connection = { id: 1, signal: new AbortController().signal, drop: () => undefined }
    const body = { ...command, $db: 'shop' }
    const sent = {
      requestId: 1,
      format: 'message',
      sequences: new Map(),
      moreToCome: false,
      exhaustAllowed: false,
    } as const
    const fail = (error: unknown): never => {
      throw error
    }
    return deserialize((await answer(engine, connection, { ...sent, body }, fail, false)).body)
  }

  it('does not decide when a command gives up', async () => {
    const documents = Array.from({ length: 600 }, (_, _id) => ({ _id }))
    expect((await ask({ insert: 'things', documents })).n).to.equal(600)
    const find = { find: 'things', filter: { a: 1 }, maxTimeMS: minute }
    const { cursor } = await ask({ aggregate: 'things', pipeline: [{ $changeStream: {} }], cursor: {} })
    day += year
    expect(await ask(find)).to.include({ ok: 1 })
    step = minute
    expect(await ask(find)).to.include({ ok: 0, code: 50 })
    // Nothing is written that it could tell, and it does not wait a minute of the day for it.
    const more = await ask({ getMore: cursor.id, collection: 'things', maxTimeMS: minute })
    expect(more.cursor.nextBatch).to.deep.equal([])
  })
})
