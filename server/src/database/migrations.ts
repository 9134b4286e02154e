import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { subjectsOf } from '@rolecall/contract'
import type { Connection } from 'mongoose'
import type { Clock } from '../clock.ts'
import { isServed } from '../log/served.ts'
import type { Logger } from '../logger.ts'
import { sortKeyOf, wordsOf } from '../words.ts'
import { DatabaseError } from './database-error.ts'
import { refuseUnfinished } from './unfinished.ts'

/** Brings stored data from one version to the next. It may have run halfway before, so it can run again. */
export interface Migration {
  readonly name: string
  readonly run: (connection: Connection) => Promise<void>
}

/** The n-th brings version n to n + 1. New data begin at the last version. Never reordered, never removed. */
const migrations: readonly Migration[] = [
  {
    name: 'memberships have a status',
    run: async (connection) => {
      await connection
        .collection('memberships')
        .updateMany({ status: { $exists: false } }, { $set: { status: 'active' } })
    },
  },
  {
    name: 'accounts say whether their address is confirmed',
    run: async (connection) => {
      await connection
        .collection('accounts')
        .updateMany({ emailVerified: { $exists: false } }, { $set: { emailVerified: false } })
    },
  },
  { name: 'memberships can be searched and sorted', run: addSearchKeys },
  { name: 'organisations know who created them', run: addFounders },
  { name: 'ended invitations are removed some time', run: addRemovals },
  { name: 'events say what they are about', run: addSubjects },
  { name: 'API keys have several former secrets', run: listFormerSecrets },
]

interface SchemaVersion {
  _id: 'schema'
  version: number
  /** Another process that starts in the same moment waits until then. */
  lockedUntil: Date
  lockedBy: string
}

const lockMs = 60_000

/** Runs what has not run yet, each once, under a lock. Refuses data of a newer version, and half of an installation. */
export async function migrate(
  connection: Connection,
  { logger, now, all = migrations }: { logger: Logger; now: Clock; all?: readonly Migration[] },
): Promise<void> {
  await refuseUnfinished(connection)
  const versions = connection.collection<SchemaVersion>('meta')
  const newest = all.length + 1
  const owner = randomUUID()
  let mayMigrate = false
  await versions.updateOne(
    { _id: 'schema' },
    { $setOnInsert: { version: newest, lockedUntil: new Date(0), lockedBy: owner } },
    { upsert: true },
  )
  for (;;) {
    const stored = await versions.findOne({ _id: 'schema' })
    if (stored === null || stored.version === newest) return
    if (stored.version > newest) {
      throw new DatabaseError(
        `The data are of version ${stored.version}, this Rolecall knows them up to ${newest}. Start the newer Rolecall again.`,
      )
    }
    const migration = all[stored.version - 1]
    if (migration === undefined) throw new DatabaseError(`The data are of an unknown version, ${stored.version}.`)
    // A node of the former version would go on writing documents of that version.
    if (!mayMigrate && (await isServed(connection))) {
      if ((await versions.findOne({ _id: 'schema' }))?.version !== stored.version) continue
      throw new DatabaseError(
        'The data are of an earlier version, and a server of that version runs on them. Stop all that do, then start this one; nothing was changed.',
      )
    }
    mayMigrate = true
    const lockedUntil = new Date(now().getTime() + lockMs)
    const lock = await versions.updateOne(
      { _id: 'schema', version: stored.version, lockedUntil: { $lt: now() } },
      { $set: { lockedUntil, lockedBy: owner } },
    )
    if (lock.matchedCount === 0) {
      logger.info({ lockedBy: stored.lockedBy }, 'waiting for a migration that another process runs')
      await wait(500)
      continue
    }
    logger.info({ migration: migration.name }, 'migrating')
    await migration.run(connection)
    await versions.updateOne(
      { _id: 'schema', lockedBy: owner },
      { $set: { version: stored.version + 1, lockedUntil: new Date(0) } },
    )
  }
}

/** Refuses data that have not been brought to this version: for what reads them beside the server. */
export async function checkIsNewest(connection: Connection): Promise<void> {
  const stored = await connection.collection<SchemaVersion>('meta').findOne({ _id: 'schema' })
  const newest = migrations.length + 1
  if (stored === null || stored.version === newest) return
  throw new DatabaseError(
    `The data are of version ${stored.version}, and this Rolecall has version ${newest}. Start it on them once.`,
  )
}

async function addSearchKeys(connection: Connection): Promise<void> {
  const memberships = connection.collection<{ account: { name: string; email: string } }>('memberships')
  for await (const { _id, account } of memberships.find(
    { sortName: { $exists: false } },
    { projection: { account: 1 } },
  )) {
    const { name, email } = account
    await memberships.updateOne({ _id }, { $set: { search: wordsOf(`${name} ${email}`), sortName: sortKeyOf(name) } })
  }
}

/** As their logs say. Not of those that were emptied: what was personal is gone. */
async function addFounders(connection: Connection): Promise<void> {
  const organisations = connection.collection<{ _id: string }>('organisations')
  const events = connection.collection<{ actor: { id: string } }>('events')
  const lacking = { owner: null, founder: { $exists: false }, emptiedAt: { $exists: false } }
  for await (const { _id } of organisations.find(lacking, { projection: { _id: 1 } })) {
    const created = await events.findOne({ log: _id, type: 'organisation.created' }, { projection: { actor: 1 } })
    if (created !== null) await organisations.updateOne({ _id }, { $set: { founder: created.actor.id } })
  }
}

/** When they ended is not in them, but it was not later than this. */
async function addRemovals(connection: Connection): Promise<void> {
  const invitations = connection.collection<{ _id: string; expiresAt: Date }>('invitations')
  const lacking = { status: { $ne: 'pending' }, removeAt: { $exists: false } }
  for await (const { _id, expiresAt } of invitations.find(lacking, { projection: { expiresAt: 1 } })) {
    const removeAt = new Date(expiresAt.getTime() + 90 * 24 * 60 * 60 * 1_000)
    await invitations.updateOne({ _id }, { $set: { removeAt } })
  }
}

async function addSubjects(connection: Connection): Promise<void> {
  const events = connection.collection<{ _id: string; data: Record<string, unknown> }>('events')
  for await (const { _id, data } of events.find({ subjects: { $exists: false } }, { projection: { data: 1 } })) {
    await events.updateOne({ _id }, { $set: { subjects: subjectsOf(data) } })
  }
}

async function listFormerSecrets(connection: Connection): Promise<void> {
  const apiKeys = connection.collection<{ _id: string; former?: object | object[] }>('apiKeys')
  for await (const { _id, former = [] } of apiKeys.find({}, { projection: { former: 1 } })) {
    await apiKeys.updateOne({ _id }, { $set: { former: [former].flat() } })
  }
}
