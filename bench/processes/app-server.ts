/** The server as it is, with ears: what it costs, what it asks the database, when it last committed. */
import { setTimeout as pause } from 'node:timers/promises'
import { createApp } from '@rolecall/server'
import { MongoClient } from 'mongodb'
import { readConfig } from '../../server/src/config.ts'
import { fillEvents, fillMembers } from '../large-organisation.ts'
import { copyWebhook } from '../webhooks/endpoints.ts'
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

serve(
  {
    url: () => app.url,
    fill: ({ organisation, count }: { organisation: string; count: number }) =>
      fillMembers(app.connection, organisation, count),
    fillEvents: ({ log, count }: { log: string; count: number }) => fillEvents(app.connection, log, count),
    copyWebhook: (wanted: { webhook: string; count: number }) =>
      copyWebhook(app.connection, process.env.SECRET_KEY ?? '', wanted),
    /** Resolves once what came of so many deliveries is written down. */
    async deliveriesWritten(count: number): Promise<void> {
      const deliveries = app.connection.collection('webhookDeliveries')
      while ((await deliveries.estimatedDocumentCount()) < count) await pause(5)
    },
    commands: () => commands,
    committedAt: () => committedAt,
  },
  () => app.close(),
)
