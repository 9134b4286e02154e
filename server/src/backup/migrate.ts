import { createHash } from 'node:crypto'
import type { Connection } from 'mongoose'
import { DatabaseError } from '../database/database-error.ts'
import { refuseUnfinished } from '../database/unfinished.ts'
import type { HeadDocument } from '../log/documents.ts'
import { isServed } from '../log/served.ts'
import type { Sum } from './parts.ts'
import { withSnapshot } from './snapshot.ts'
import { openTarget } from './target.ts'

/** Copies a database into an empty one, and compares. Nothing is changed where it is copied from. */
export async function migrateDatabase(
  from: Connection,
  to: Connection,
  onPart: (name: string, sum: Sum) => void,
): Promise<void> {
  await refuseUnfinished(from)
  await refuseServed(from)
  const target = await openTarget(to, 'migrate')
  const written = new Map<string, Sum>()
  await withSnapshot(from, async (snapshot) => {
    for (const shape of snapshot.collections) {
      const sum = await target.fill(snapshot.part(shape))
      written.set(shape.name, sum)
      onPart(shape.name, sum)
    }
  })
  await target.compare(written)
  // What it has written meanwhile would be lost.
  await refuseServed(from)
  // And so would be what one has that was started and stopped again.
  if ((await headsOf(from)) !== (await headsOf(to))) {
    throw new DatabaseError(
      'A server has written to the data while they were copied, and that would be left behind. Run it again while none runs; what was copied from is as it was.',
    )
  }
  await target.finish()
}

/** Where all logs stand, as a hash: every change counts up `writes`. */
async function headsOf(connection: Connection): Promise<string> {
  const hash = createHash('sha256')
  const heads = connection.getClient().db(connection.name).collection<HeadDocument>('heads')
  for await (const { _id, seq, writes } of heads.find({}, { projection: { seq: 1, writes: 1 } }).sort({ _id: 1 })) {
    hash.update(`${_id} ${seq} ${writes}\n`)
  }
  return hash.digest('hex')
}

async function refuseServed(connection: Connection): Promise<void> {
  if (!(await isServed(connection))) return
  throw new DatabaseError(
    'A server runs on the data that are to be moved, and what it writes meanwhile would be left behind. Stop it first; nothing was changed.',
  )
}
