import { resolve } from 'node:path'
import { type Engine, startEngine } from '@rolecall/embedded-mongo'
import type { Config } from '../config.ts'
import type { Logger } from '../logger.ts'
import { DatabaseError, reasonOf } from './database-error.ts'

export interface EmbeddedEngine extends Engine {
  readonly directory: string
}

/** Starts the embedded engine, or resolves with undefined where MONGODB_URI names a database. */
export async function startEmbeddedEngine(
  { mongodbUri, dataDir }: Pick<Config, 'mongodbUri' | 'dataDir'>,
  logger: Logger,
): Promise<EmbeddedEngine | undefined> {
  if (mongodbUri !== undefined) return undefined
  const directory = resolve(dataDir, 'database')
  const onUnexpectedError = (err: Error) => logger.error({ err }, 'unexpected error of the embedded engine')
  const engine = await startEngine({ directory, onUnexpectedError }).catch((error: unknown) => {
    throw new DatabaseError(reasonOf(error), error)
  })
  return { ...engine, directory }
}
