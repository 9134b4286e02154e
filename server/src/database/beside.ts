import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { runningEngine } from '@rolecall/embedded-mongo'
import type { Config } from '../config.ts'
import type { Logger } from '../logger.ts'
import { type Database, openPatiently, openRunning } from './database.ts'
import { DatabaseError } from './database-error.ts'

/** Opens the data for a program that reads them, also while a server has them: then by the server’s own engine. */
export async function openBeside(config: Pick<Config, 'mongodbUri' | 'dataDir'>, logger: Logger): Promise<Database> {
  if (config.mongodbUri !== undefined) return openPatiently(config, logger)
  const directory = resolve(config.dataDir, 'database')
  if (!existsSync(directory)) {
    throw new DatabaseError(`There are no data in ${config.dataDir}: DATA_DIR or MONGODB_URI says where they are.`)
  }
  const uri = await runningEngine(directory)
  return uri === undefined ? openPatiently(config, logger) : openRunning(uri, directory)
}
