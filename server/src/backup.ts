/** `npm run backup -- --to FILE`: writes all that an installation is into one file, also while the server runs. */
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { makeBackup } from './backup/make.ts'
import { inUnits, sayLeftOut, sayPart } from './backup/report.ts'
import { systemClock } from './clock.ts'
import { CommandError, readOptions, runCommand, say } from './command.ts'
import { readConfig } from './config.ts'
import { openBeside } from './database/beside.ts'
import { createLogger } from './logger.ts'

const usage = [
  'npm run backup -- --to FILE',
  '',
  '  --to FILE               a new file, or a folder, in which it gets a name by the time',
  '  --without-repositories  leave the git repositories out',
  '',
  'DATA_DIR or MONGODB_URI says where the data are, as for the server.',
].join('\n')

async function main(): Promise<number> {
  const { to, 'without-repositories': withoutRepositories = false } = readOptions({
    options: ['to'],
    flags: ['without-repositories'],
    usage,
  })
  if (to === undefined) throw new CommandError(usage)
  const at = systemClock()
  const path = pathFor(to, at)
  if (existsSync(path)) throw new CommandError(`${path} is there already, and was left as it is.`)
  const config = readConfig(process.env)
  const { connection, location, close } = await openBeside(config, createLogger('error'))
  try {
    say(`Backing up ${location}`)
    const request = { config, connection, location, path, withoutRepositories, at }
    const bytes = await makeBackup({ ...request, onPart: sayPart, onLeftOut: sayLeftOut })
    say(`The backup is in ${path}: ${inUnits(bytes)}.`)
    say('Keep it like a password: it holds personal data, and what opens it.')
    return 0
  } finally {
    await close()
  }
}

function pathFor(to: string, at: Date): string {
  const isFolder = statSync(to, { throwIfNoEntry: false })?.isDirectory() ?? false
  return isFolder ? join(to, `rolecall-${at.toISOString().replace(/[:.]/g, '-')}.backup`) : to
}

runCommand(main)
