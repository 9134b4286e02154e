/** The commands that listing members and changing a role send, by the driver alone, on an embedded engine of its own. */
import { randomBytes } from 'node:crypto'
import { type ClientSession, MongoClient } from 'mongodb'
import { startEmbeddedEngine } from '../../server/src/database/embedded.ts'
import { newId } from '../../server/src/ids.ts'
import { createLogger } from '../../server/src/logger.ts'
import { argument, monotonicMs, serve } from './serve.ts'

interface Document {
  _id: string
  [path: string]: unknown
}

interface Head {
  _id: string
  seq: number
  hash: string
  origin: string
  writes: number
  closed?: true
}

const engine = await startEmbeddedEngine({ mongodbUri: undefined, dataDir: argument() }, createLogger('warn'))
if (engine === undefined) throw new Error('no engine was started')
const client = await new MongoClient(engine.uri, {
  readConcern: { level: 'majority' },
  writeConcern: { w: 'majority' },
}).connect()
const db = client.db('rolecall')
const heads = db.collection<Head>('heads')
const sessions = db.collection<Document>('sessions')
const memberships = db.collection<Document>('memberships')
const events = db.collection<Document>('events')

const account = newId('acc')
const session = newId('ses')

async function prepare({ organisations, developers }: { organisations: number; developers: number }) {
  await memberships.createIndexes([
    { key: { organisation: 1, 'account.id': 1 }, unique: true },
    { key: { organisation: 1, _id: 1 } },
    { key: { organisation: 1, role: 1 } },
    { key: { 'account.id': 1 } },
  ])
  await events.createIndex({ log: 1, seq: 1 }, { unique: true })
  await sessions.createIndexes([{ key: { account: 1 } }, { key: { expiresAt: 1 } }])
  await sessions.insertOne({ _id: session, account, expiresAt: new Date(Date.now() + 1e9) })
  const made = Array.from({ length: organisations }, () => newId('org'))
  for (const organisation of made) {
    await heads.insertOne({ _id: organisation, seq: 1, hash: hex(32), origin: hex(32), writes: 1 })
    await memberships.insertMany([
      membership(organisation, account, 'admin'),
      ...Array.from({ length: developers }, () => membership(organisation, newId('acc'), 'developer')),
    ])
  }
  return made
}

const hex = (bytes: number) => randomBytes(bytes).toString('hex')

function membership(organisation: string, id: string, role: string): Document {
  const person = { id, name: 'Ada Lovelace', email: 'ada@example.com' }
  return {
    _id: newId('mem'),
    organisation,
    account: person,
    role,
    personalOwner: false,
    since: new Date(),
    sinceSeq: 1,
  }
}

async function transaction(body: (session: ClientSession) => Promise<unknown>): Promise<void> {
  await client.withSession(async (clientSession) => {
    clientSession.startTransaction({ readConcern: { level: 'snapshot' }, writeConcern: { w: 'majority' } })
    await body(clientSession)
    await clientSession.commitTransaction()
  })
}

const list = (organisation: string) =>
  transaction(async (within) => {
    await sessions.findOne({ _id: session, account }, { projection: { _id: 1 }, session: within })
    await memberships.findOne({ organisation, 'account.id': account }, { session: within })
    await heads.findOne({ _id: organisation, closed: { $exists: false } }, { session: within })
    await memberships.find({ organisation }, { session: within }).sort({ _id: 1 }).limit(51).toArray()
  })

const changeRole = (organisation: string, subject: string, role: string) =>
  transaction(async (within) => {
    const head = await heads.findOneAndUpdate(
      { _id: organisation, closed: { $exists: false } },
      { $inc: { writes: 1 } },
      { session: within, returnDocument: 'after' },
    )
    await sessions.findOne({ _id: session, account }, { projection: { _id: 1 }, session: within })
    await memberships.findOne({ organisation, 'account.id': account }, { session: within })
    const member = await memberships.findOne({ _id: subject, organisation }, { session: within })
    await memberships.updateOne({ _id: subject }, { $set: { role } }, { session: within })
    const seq = (head?.seq ?? 0) + 1
    const hash = hex(32)
    await events.insertOne(
      {
        _id: newId('evt'),
        log: organisation,
        seq,
        type: 'member.role_changed',
        at: new Date(),
        actor: { kind: 'account', id: account, name: 'Ada Lovelace' },
        audience: 'member:read',
        data: { member: { id: subject, account: member?.account }, before: { role: member?.role }, after: { role } },
        affects: [String(subject)],
        salt: randomBytes(16),
        digest: hex(32),
        hash,
      },
      { session: within },
    )
    await heads.updateOne({ _id: organisation }, { $set: { seq, hash } }, { session: within })
  })

interface Run {
  readonly operation: 'list' | 'changeRole'
  /** As many at the same time, each in an organisation of its own. */
  readonly organisations: readonly string[]
  readonly seconds: number
}

async function run({ operation, organisations, seconds }: Run): Promise<{ done: number; perSecond: number }> {
  const startedAt = monotonicMs()
  const endAt = startedAt + seconds * 1_000
  let done = 0
  await Promise.all(
    organisations.map(async (organisation) => {
      const subject = await memberships.findOne({ organisation, role: { $ne: 'admin' } })
      if (subject === null) throw new Error('the organisation has no member to change')
      for (let turn = 0; monotonicMs() < endAt; turn += 1) {
        if (operation === 'list') await list(organisation)
        else await changeRole(organisation, subject._id, turn % 2 === 0 ? 'accounting' : 'developer')
        done += 1
      }
    }),
  )
  return { done, perSecond: (done * 1_000) / (monotonicMs() - startedAt) }
}

serve({ prepare, run }, async () => {
  await client.close()
  await engine.stop()
})
