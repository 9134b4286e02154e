/** The server as it is, with ears: what it costs, what it asks the database, when it last committed. */
import { createApp } from '@rolecall/server'
import { MongoClient } from 'mongodb'
import { readConfig } from '../../server/src/config.ts'
import { newId } from '../../server/src/ids.ts'
import { argument, monotonicMs, serve } from './serve.ts'

let commands = 0
let committedAt = 0
if (argument() === 'watch-commands') watchCommands()
const app = await createApp(readConfig(process.env))

function watchCommands(): void {
  const { connect } = MongoClient.prototype
  MongoClient.prototype.connect = function (this: MongoClient) {
    // Left out of its types; without it the driver tells nobody of its commands.
    Reflect.set(this, 'monitorCommands', true)
    this.on('commandSucceeded', ({ commandName }) => {
      commands += 1
      if (commandName === 'commitTransaction') committedAt = monotonicMs()
    })
    return connect.call(this)
  }
}

const perBatch = 5_000
const shownIds = 100

/** Memberships as `members.add` writes them, without their accounts and events. */
async function fill({ organisation, count }: { organisation: string; count: number }): Promise<string[]> {
  const memberships = app.connection.collection<{ _id: string }>('memberships')
  const ids: string[] = []
  for (let done = 0; done < count; done += perBatch) {
    const batch = Array.from({ length: Math.min(perBatch, count - done) }, (_, index) => ({
      _id: newId('mem'),
      organisation,
      account: {
        id: newId('acc'),
        name: `Developer ${done + index}`,
        email: `developer-${done + index}@example.com`,
      },
      role: 'developer',
      personalOwner: false,
      since: new Date(),
      sinceSeq: 1,
    }))
    await memberships.insertMany(batch, { ordered: false })
    for (const { _id } of batch.slice(0, shownIds - ids.length)) ids.push(_id)
  }
  return ids
}

serve(
  {
    url: () => app.url,
    fill,
    commands: () => commands,
    committedAt: () => committedAt,
  },
  () => app.close(),
)
