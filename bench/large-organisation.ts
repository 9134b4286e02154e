/**
 * Fills an organisation straight in the database, as it would be after years: for measuring and for looking at plans.
 * `node --import tsx bench/large-organisation.ts [members] [events]` makes one in DATA_DIR, or in MONGODB_URI, with an
 * Admin to sign in as; by default with 100,000 members and 1,000,000 events.
 */
import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { type App, createApp } from '@rolecall/server'
import { Binary } from 'mongodb'
import { subjectsOf } from '../packages/contract/src/index.ts'
import type { MembershipDocument } from '../server/src/access/documents.ts'
import { readConfig } from '../server/src/config.ts'
import { newId } from '../server/src/ids.ts'
import type { EventDocument, HeadDocument } from '../server/src/log/documents.ts'
import { digestOf, hashOf } from '../server/src/log/format.ts'
import { searchKeys } from '../server/src/members/search.ts'

type Connection = App['connection']

/** Small enough for the embedded engine to answer others in between. */
const perBatch = 500
const first = ['Ada', 'Émile', 'Łukasz', 'Grace', 'José', 'Mei', 'Nguyễn', 'Olga', 'Søren', 'Zoë', 'Alan', 'Barbara']
const last = [
  'Lovelace',
  'Müller',
  'Nowak',
  'Hopper',
  'García',
  'Chen',
  'Turing',
  'Liskov',
  'Dvořák',
  'Ødegård',
  'Weiß',
]

const pick = <Value>(values: readonly Value[], index: number, otherwise: Value): Value =>
  values[index % values.length] ?? otherwise

/** One of a hundred is in Accounting, one of a thousand is suspended. */
function member(organisation: string, index: number): MembershipDocument {
  const name = `${pick(first, index, '')} ${pick(last, index * 7, '')} ${index.toString(36)}`
  const email = `person-${index}@${pick(['example.com', 'example.org'], index, '')}`
  const role = index % 100 === 99 ? 'accounting' : index % 10 === 9 ? 'manager' : 'developer'
  return {
    _id: newId('mem'),
    organisation,
    account: { id: newId('acc'), name, email },
    role,
    status: index % 1_000 === 500 ? 'suspended' : 'active',
    personalOwner: false,
    since: new Date(),
    sinceSeq: 1,
    ...searchKeys({ name, email }),
  }
}

/** Writes memberships without accounts and events of their own; answers at most 100 of their ids. */
export async function fillMembers(connection: Connection, organisation: string, count: number): Promise<string[]> {
  const memberships = connection.collection<MembershipDocument>('memberships')
  const present = await memberships.countDocuments({ organisation })
  const ids: string[] = []
  for (let done = 0; done < count; done += perBatch) {
    const batch = Array.from({ length: Math.min(perBatch, count - done) }, (_, index) =>
      member(organisation, done + index),
    )
    await insertAll(connection, 'memberships', batch)
    for (const { _id } of batch.slice(0, 100 - ids.length)) ids.push(_id)
  }
  await connection
    .collection<HeadDocument>('heads')
    .updateOne({ _id: organisation }, { $set: { 'counts.members': present + count } })
  return ids
}

/** A busy machine may keep the database from answering for longer than the server’s connection waits: then once more. */
async function insertAll<Entry extends { _id: string }>(
  connection: Connection,
  name: string,
  batch: readonly Entry[],
): Promise<void> {
  const collection = connection.collection<{ _id: string }>(name)
  for (let attempt = 1; ; attempt += 1) {
    try {
      const present =
        attempt === 1 ? [] : await collection.find({ _id: { $in: batch.map(({ _id }) => _id) } }).toArray()
      const written = new Set(present.map(({ _id }) => _id))
      const missing = batch.filter(({ _id }) => !written.has(_id))
      if (missing.length > 0) await collection.insertMany([...missing])
      return
    } catch (error) {
      if (attempt === 10 || !(error instanceof Error && /^(Mongo|Pool)/.test(error.name))) throw error
      await pause(1_000 * attempt)
    }
  }
}

/** Appends events to a log that nobody else is changing, each sealed as the log seals them. */
export async function fillEvents(connection: Connection, log: string, count: number): Promise<void> {
  const heads = connection.collection<HeadDocument>('heads')
  const head = await heads.findOne({ _id: log })
  if (head === null) throw new Error(`there is no log ${log}`)
  let { seq, hash } = head
  for (let done = 0; done < count; done += perBatch) {
    const batch = Array.from({ length: Math.min(perBatch, count - done) }, (_, index): EventDocument => {
      seq += 1
      const event = sealed(log, seq, done + index, hash)
      hash = event.hash
      return event
    })
    await insertAll(connection, 'events', batch)
  }
  await heads.updateOne({ _id: log }, { $set: { seq, hash } })
}

/** One of a thousand is for everybody, as most of them are in no organisation. */
function sealed(log: string, seq: number, index: number, previous: string): EventDocument {
  const account = `acc_${(index % 1_000).toString(36).padStart(26, '0')}`
  const actor = { kind: 'account', id: account, name: pick(first, index, '') } as const
  const isRename = index % 1_000 === 0
  const data = isRename
    ? { before: { name: `Large ${index}` }, after: { name: `Large ${index + 1}` } }
    : {
        member: { id: `mem_${account.slice(4)}`, account: { id: account, name: actor.name } },
        before: { role: 'developer' },
        after: { role: 'accounting' },
      }
  const salt = randomBytes(16)
  const event = {
    _id: newId('evt'),
    log,
    seq,
    type: isRename ? ('organisation.renamed' as const) : ('member.role_changed' as const),
    at: new Date(),
    actor,
    audience: isRename ? ('organisation:read' as const) : ('member:read' as const),
    data,
    affects: isRename ? [] : [account],
    salt: new Binary(salt),
    digest: digestOf({ salt, actorName: actor.name, data }),
  }
  return { ...event, subjects: subjectsOf(data), hash: hashOf(event, previous) }
}

async function main(members: number, events: number): Promise<void> {
  const app = await createApp(readConfig({ RATE_LIMITS: 'off', LOG_LEVEL: 'warn', ...process.env, PORT: '0' }))
  try {
    const post = async (path: string, body: object, token = '') => {
      const headers = {
        'Content-Type': 'application/json',
        ...(token === '' ? {} : { Authorization: `Bearer ${token}` }),
      }
      const answer = await fetch(`${app.url}/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
      if (!answer.ok) throw new Error(await answer.text())
      return answer.json()
    }
    const stamp = Date.now().toString(36)
    const admin = { name: 'Large Admin', email: `large-${stamp}@example.com`, password: 'correct horse battery' }
    const { session } = await post('/accounts', admin)
    const { id } = await post('/organisations', { name: `Large ${stamp}` }, session.accessToken)
    await fillMembers(app.connection, id, members)
    await fillEvents(app.connection, id, events)
    console.log(`${id} has ${members} members and ${events} events; its Admin is ${admin.email}, ${admin.password}.`)
  } finally {
    await app.close()
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  main(Number(process.argv[2] ?? 100_000), Number(process.argv[3] ?? 1_000_000)).catch((error: unknown) => {
    console.error(error)
    process.exitCode = 1
  })
}
