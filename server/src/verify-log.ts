/**
 * `npm run verify-log -- [organisation]`: recomputes the hash chains of all logs, or of one, beside the server. Ends with
 * 1 when an event does not fit, with 2 when the data cannot be read.
 */
import { existsSync } from 'node:fs'
import { systemClock } from './clock.ts'
import { runCommand, say } from './command.ts'
import { readConfig } from './config.ts'
import { openDatabase } from './database/database.ts'
import { DatabaseError } from './database/database-error.ts'
import { checkIsNewest } from './database/migrations.ts'
import { type LogModels, models as logModels } from './log/documents.ts'
import { createLog } from './log/log.ts'
import { type Verification, verify } from './log/verify.ts'
import { createLogger } from './logger.ts'

function inWords(verified: Verification): string {
  if (verified.ok) return `whole: ${verified.events} events, hash ${verified.hash}`
  const { seq, event, reason } = verified
  return `BAD at event ${seq}${event === undefined ? '' : ` (${event})`}: ${reason}`
}

/** Answers how many of them are bad. */
async function verifyAll(
  models: LogModels,
  logs: readonly string[],
  through: ReturnType<typeof createLog>['snapshot'],
) {
  let bad = 0
  for (const log of logs) {
    const verified = await verify(models, log, { through })
    say(`${log}  ${inWords(verified)}`)
    if (!verified.ok) bad += 1
  }
  say(bad === 0 ? `${logs.length} logs are whole.` : `${bad} of ${logs.length} logs are not whole.`)
  return bad
}

async function main(wanted: string | undefined): Promise<number> {
  const config = readConfig(process.env)
  if (config.mongodbUri === undefined && !existsSync(config.dataDir)) {
    throw new DatabaseError(`There are no data in ${config.dataDir}: DATA_DIR or MONGODB_URI says where they are.`)
  }
  const database = await openDatabase(config, createLogger('error'))
  try {
    await checkIsNewest(database.connection)
    const models = logModels(database.connection)
    const { snapshot } = createLog({ connection: database.connection, models, now: systemClock })
    const heads = await models.heads
      .find(wanted === undefined ? {} : { _id: wanted }, { _id: 1 })
      .sort({ _id: 1 })
      .lean()
    if (wanted !== undefined && heads.length === 0) throw new DatabaseError(`There is no log ${wanted}.`)
    const bad = await verifyAll(
      models,
      heads.map(({ _id }) => _id),
      snapshot,
    )
    return bad === 0 ? 0 : 1
  } finally {
    await database.close()
  }
}

runCommand(() => main(process.argv[2]))
