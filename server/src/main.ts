import { ConfigError, readConfig } from './config.ts'
import { DatabaseError } from './database/database-error.ts'
import { startEmbeddedEngine } from './database/embedded.ts'
import { createLogger } from './logger.ts'
import { startMessage } from './start-message.ts'

/** Stopping takes at most so long, whatever hangs. */
const stopWithinMs = 9_500

function fail(error: unknown): never {
  process.stderr.write(`\n${explain(error)}\n`)
  process.exit(1)
}

/** For mistakes that the person who starts the server can mend, the message alone; else what there is to know. */
function explain(error: unknown): string {
  if (error instanceof ConfigError || error instanceof DatabaseError) return error.message
  if (!(error instanceof Error)) return String(error)
  if ('code' in error && error.code === 'EADDRINUSE' && 'port' in error) {
    return `Port ${error.port} is in use by another program. Stop it, or choose another port: PORT=3001 npm start`
  }
  if ('code' in error && (error.code === 'EACCES' || error.code === 'EADDRNOTAVAIL')) {
    return `The server may not or cannot listen there, or use that folder: ${error.message}`
  }
  return `Rolecall could not start.\n${error.stack}`
}

try {
  const config = readConfig(process.env)
  const logger = createLogger(config.logLevel)
  // The engine starts in its own thread while this one loads the rest, which takes as long.
  const engine = startEmbeddedEngine(config, logger)
  const [{ createApp }] = await Promise.all([import('./app.ts'), engine])
  const app = await createApp(config, { logger, engine })
  let isStopping = false
  const stop = (signal: string) => {
    // A second signal: whoever sends it does not want to wait.
    if (isStopping) process.exit(130)
    isStopping = true
    process.stdout.write(`\n${signal}: stopping …\n`)
    setTimeout(() => {
      logger.fatal('stopping took too long')
      process.exit(1)
    }, stopWithinMs).unref()
    app.close().then(() => process.exit(0), fail)
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  // Last: whoever reads it may stop the server at once.
  process.stdout.write(startMessage(config, app))

  app.failed.then((reason) => {
    if (isStopping) return
    logger.fatal({ err: reason }, 'the embedded engine has died')
    fail(new DatabaseError(`The embedded engine has died, so the server ends: ${reason.message}`))
  }, fail)
} catch (error) {
  fail(error)
}
