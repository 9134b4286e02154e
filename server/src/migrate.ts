/** `npm run migrate -- --to mongodb://…`: moves an installation from the embedded engine to a MongoDB replica set. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { verifyLogs } from './backup/logs.ts'
import { migrateDatabase } from './backup/migrate.ts'
import { sayLogs, sayPart } from './backup/report.ts'
import { CommandError, readOptions, runCommand, say } from './command.ts'
import { type Config, readConfig } from './config.ts'
import { type Database, openMongo, openPatiently } from './database/database.ts'
import { DatabaseError } from './database/database-error.ts'
import { createLogger } from './logger.ts'

const usage = [
  'npm run migrate -- --to mongodb://host/database?replicaSet=name',
  '',
  '  --to URI    an empty database of a replica set',
  '  --from URI  another database to copy from; without it what MONGODB_URI names, or the embedded engine in DATA_DIR',
  '',
  'Stop the server first.',
].join('\n')

const logger = createLogger('error')

async function main(): Promise<number> {
  const { to, from } = readOptions({ options: ['to', 'from'], flags: [], usage })
  if (to === undefined) throw new CommandError(usage)
  const config = readConfig(process.env)
  const source = from ?? config.mongodbUri
  if (source === to) throw new CommandError('--to names the database that is to be copied.')
  if (source === undefined && !existsSync(resolve(config.dataDir, 'database'))) {
    throw new DatabaseError(`There are no data in ${config.dataDir}: DATA_DIR or --from says where they are.`)
  }
  // The target first: nothing is begun that cannot be ended.
  const target = await openUri(to, '--to')
  try {
    const origin =
      source === undefined
        ? await openPatiently({ ...config, mongodbUri: undefined }, logger)
        : await openUri(source, '--from')
    try {
      return await move(config, origin, target)
    } finally {
      await origin.close()
    }
  } finally {
    await target.close()
  }
}

async function move(config: Config, origin: Database, target: Database): Promise<number> {
  say(`Copying ${origin.location}\n     to ${target.location}`)
  await migrateDatabase(origin.connection, target.connection, sayPart)
  say('Every collection was read again and is the same.')
  const code = sayLogs(await verifyLogs(target.connection))
  const kept = [
    ...(config.secretKey === undefined ? ['the key'] : []),
    ...(config.repositoriesDir === undefined ? ['the repositories'] : []),
  ]
  say('Moved. Start the server with MONGODB_URI now; what it was copied from is as it was, and no longer used.')
  if (kept.length > 0) say(`DATA_DIR stays what it is, ${resolve(config.dataDir)}: ${kept.join(' and ')} are there.`)
  return code
}

function openUri(uri: string, option: string): Promise<Database> {
  if (!/^mongodb(\+srv)?:\/\/./.test(uri))
    throw new CommandError(`${option} must begin with mongodb:// or mongodb+srv://`)
  return openMongo(uri, { hint: `${option} says where it is.`, isPatient: true })
}

runCommand(main)
