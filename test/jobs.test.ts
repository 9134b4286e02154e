import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { type Connection, createConnection } from 'mongoose'
import { models as accessModels } from '../server/src/access/documents.ts'
import { models as applicationModels } from '../server/src/applications/documents.ts'
import { models as billingModels } from '../server/src/billing/documents.ts'
import { migrate } from '../server/src/database/migrations.ts'
import { pruneMailFiles } from '../server/src/jobs/prune-mail-files.ts'
import { removeExpired } from '../server/src/jobs/remove-expired.ts'
import { models as logModels } from '../server/src/log/documents.ts'
import { createLogger } from '../server/src/logger.ts'
import { createMailFiles } from '../server/src/mail/files.ts'
import { models as invitationModels } from '../server/src/members/invited/documents.ts'
import { models as organisationModels } from '../server/src/organisations/documents.ts'
import { emptyDeleted } from '../server/src/organisations/empty.ts'
import { models as permissionModels } from '../server/src/permissions/documents.ts'
import { models as repositoryModels } from '../server/src/repositories/documents.ts'
import { models as roleModels } from '../server/src/roles/documents.ts'
import { models as webhookModels } from '../server/src/webhooks/documents.ts'
import { aRemoteDatabase, type RemoteDatabase } from './rig/database.ts'
import { serverLog } from './rig/server-log.ts'
import { atEnd } from './rig/teardown.ts'

const now = new Date('2026-03-01T12:00:00Z')
const later = (ms: number) => new Date(now.getTime() + ms)
const dayMs = 24 * 60 * 60 * 1_000
const never = new AbortController().signal
const places = (count: number) => Array.from({ length: count }, (_, place) => place)

async function connectTo(uri: string): Promise<Connection> {
  const connection = await createConnection(uri).asPromise()
  atEnd(() => connection.close())
  return connection
}

describe('removing what has expired', () => {
  const anAnswer = (_id: string, expiresAt: Date) => ({ _id, fingerprint: 'some', seq: 1, expiresAt })
  let database: RemoteDatabase
  let connection: Connection
  before(async () => {
    database = await aRemoteDatabase()
    connection = await connectTo(database.uri)
  })
  beforeEach(() => connection.collection('idempotency').deleteMany({}))

  it('removes all of it, however much there is, and nothing else', async () => {
    const { idempotency } = logModels(connection)
    await idempotency.insertMany([
      ...places(1_200).map((place) => anAnswer(`old ${place}`, later(-place))),
      anAnswer('kept', later(1)),
    ])
    await removeExpired({ idempotency }, () => now).run(never)
    expect(await idempotency.distinct('_id')).to.deep.equal(['kept'])
  })

  it('ends after the present batch when it is told to stop', async () => {
    const { idempotency } = logModels(connection)
    await idempotency.insertMany(places(1_200).map((place) => anAnswer(`old ${place}`, later(-place))))
    const stopping = new AbortController()
    connection.set('debug', (_collection: string, method: string) => {
      if (method === 'deleteMany') stopping.abort()
    })
    await removeExpired({ idempotency }, () => now).run(stopping.signal)
    connection.set('debug', false)
    expect(await idempotency.countDocuments()).to.equal(700)
  })

  it('keeps what lives longer since it was looked at', async () => {
    const { idempotency } = logModels(connection)
    await idempotency.insertMany([anAnswer('old', now), anAnswer('used', now)])
    const direct = await connectTo(database.directUri)
    const removal = 'delete\0'
    const begun = database.network.next(removal)
    const letGo = database.network.keepBack(removal)
    const removing = removeExpired({ idempotency }, () => now).run(never)
    await begun
    await logModels(direct).idempotency.updateOne({ _id: 'used' }, { $set: { expiresAt: later(1) } })
    letGo()
    await removing
    expect(await idempotency.distinct('_id')).to.deep.equal(['used'])
  })
})

describe('data of before ended invitations were removed', () => {
  it('get a time to remove them, 90 days after they could have been accepted last', async () => {
    const connection = await connectTo((await aRemoteDatabase()).directUri)
    const meta = connection.collection<{ _id: string; version: number; lockedUntil: Date; lockedBy: string }>('meta')
    await meta.insertOne({ _id: 'schema', version: 5, lockedUntil: new Date(0), lockedBy: 'nobody' })
    const invitations = connection.collection<{ _id: string; status: string; expiresAt: Date; removeAt?: Date }>(
      'invitations',
    )
    await invitations.insertMany([
      { _id: 'inv_ended', status: 'revoked', expiresAt: now },
      { _id: 'inv_new', status: 'accepted', expiresAt: now, removeAt: later(1) },
      { _id: 'inv_open', status: 'pending', expiresAt: now },
    ])
    await migrate(connection, { logger: createLogger('debug', serverLog), now: () => now })
    const found = await invitations.find().sort({ _id: 1 }).toArray()
    expect(found.map(({ removeAt }) => removeAt)).to.deep.equal([later(90 * dayMs), later(1), undefined])
  })
})

describe('emptying deleted organisations', () => {
  it('takes some at a time, those deleted first, and the others at its next times', async () => {
    const connection = await connectTo((await aRemoteDatabase()).directUri)
    const models = {
      ...accessModels(connection),
      ...invitationModels(connection),
      ...organisationModels(connection),
      ...roleModels(connection),
      ...permissionModels(connection),
      ...webhookModels(connection),
      ...applicationModels(connection),
      ...repositoryModels(connection),
      ...billingModels(connection),
    }
    const { organisations } = models
    await organisations.insertMany(
      places(45).map((place) => ({
        _id: `org_${place}`,
        name: `Acme ${place}`,
        nameKey: `acme${place}`,
        createdAt: later(-100 * dayMs),
        deletedAt: later(-40 * dayMs + place),
      })),
    )
    const job = emptyDeleted({ models, now: () => now })
    for (const left of [25, 5, 0]) {
      await job.run(never)
      const full = await organisations.find({ name: /Acme/ }).sort({ deletedAt: 1 }).lean()
      expect(full.map(({ _id }) => _id)).to.deep.equal(
        places(45)
          .slice(45 - left)
          .map((place) => `org_${place}`),
      )
    }
  })
})

describe('the files of mails', () => {
  it('stay as long as they are among the newest 1,000; halves of files go with them, and nothing else', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'rolecall-mail-'))
    const files = await createMailFiles(directory, { name: 'Rolecall', address: 'no-reply@example.com' })
    const idOf = (place: number) => `mal_${place.toString(36).padStart(26, '0')}`
    for (const place of places(1_003)) {
      await writeFile(join(directory, `${idOf(place)}.json`), JSON.stringify({ id: idOf(place) }))
      await writeFile(join(directory, `${idOf(place)}.eml`), '')
    }
    await writeFile(join(directory, `${idOf(1)}.eml.new`), '')
    await writeFile(join(directory, 'notes.txt'), '')
    const stopped = new AbortController()
    stopped.abort()
    const job = pruneMailFiles(files)
    await job.run(stopped.signal)
    expect(await readdir(directory)).to.have.lengthOf(2 * 1_003 + 2)
    await job.run(never)
    const kept = places(1_000).map((place) => idOf(place + 3))
    expect((await readdir(directory)).sort()).to.deep.equal(
      [...kept.flatMap((id) => [`${id}.eml`, `${id}.json`]), 'notes.txt'].sort(),
    )
    expect(await files.list(2)).to.deep.equal([{ id: idOf(1_002) }, { id: idOf(1_001) }])
    expect(await files.read(idOf(2))).to.equal(undefined)
    await rm(directory, { recursive: true })
  })
})
