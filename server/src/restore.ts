/** `npm run restore -- --from FILE`: puts what a backup holds where there is nothing yet. */
import { verifyLogs } from './backup/logs.ts'
import { openBackupFile } from './backup/read-file.ts'
import { sayLeftOut, sayLogs, sayPart } from './backup/report.ts'
import { restoreBackup } from './backup/restore.ts'
import { planKey } from './backup/secret-key.ts'
import { CommandError, readOptions, runCommand, say } from './command.ts'
import { readConfig } from './config.ts'
import { openPatiently } from './database/database.ts'
import { createLogger } from './logger.ts'

const usage = [
  'npm run restore -- --from FILE',
  '',
  '  --from FILE  what npm run backup has written',
  '  --check      only look whether it is whole',
  '',
  'DATA_DIR or MONGODB_URI says where it goes, as for the server. There must be nothing yet.',
].join('\n')

async function main(): Promise<number> {
  const { from, check = false } = readOptions({ options: ['from'], flags: ['check'], usage })
  if (from === undefined) throw new CommandError(usage)
  const file = await openBackupFile(from)
  const { createdAt, location, collections, repositories } = file.manifest
  const documents = collections.reduce((sum, { pieces }) => sum + pieces, 0)
  const others = repositories === undefined ? 'made without repositories' : `${repositories.length} repositories`
  say(`${from} is whole: of ${createdAt.toISOString()}, from ${location}; ${documents} documents, ${others}.`)
  for (const what of file.manifest.leftOut ?? []) sayLeftOut(what)
  if (check) return 0
  const config = readConfig(process.env)
  const putKey = await planKey(config, file.manifest)
  const database = await openPatiently(config, createLogger('error'))
  try {
    say(`Restoring to ${database.location}`)
    await restoreBackup(file, { config, connection: database.connection, putKey, onPart: sayPart })
    const code = sayLogs(await verifyLogs(database.connection))
    say('Restored. Clients that saw more than the backup holds get `resync`.')
    if (repositories === undefined) say('Put the folder of repositories back before the server starts.')
    return code
  } finally {
    await database.close()
  }
}

runCommand(main)
