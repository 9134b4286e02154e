/** The embedded engine alone. */
import { readFileSync } from 'node:fs'
import { startEmbeddedEngine } from '../../server/src/database/embedded.ts'
import { createLogger } from '../../server/src/logger.ts'
import { argument, serve } from './serve.ts'

const engine = await startEmbeddedEngine({ mongodbUri: undefined, dataDir: argument() }, createLogger('warn'))
if (engine === undefined) throw new Error('no engine was started')

/**
 * What the process holds for itself, in MiB. Pages of the data's file that the system keeps in its cache, and takes
 * back when it needs them, are no part of it.
 */
function ownMemory(): number {
  const [, kilobytes] = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  return Number(kilobytes) / 1_024
}

serve({ uri: () => engine.uri, ownMemory }, () => engine.stop())
