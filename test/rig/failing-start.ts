/** Starts a server that cannot begin all that belongs to it, and says what is left of it. A program of its own. */
import { createApp } from '../../server/src/app.ts'
import { readConfig } from '../../server/src/config.ts'
import { startEmbeddedEngine } from '../../server/src/database/embedded.ts'
import { createLogger } from '../../server/src/logger.ts'
import { createSmtp } from '../../server/src/mail/smtp.ts'
import { testEnvironment } from './server.ts'

const config = readConfig({ ...testEnvironment(process.argv[2] ?? ''), MONGODB_URI: '' })
const logger = createLogger('silent')
// What is loaded later, and the engine’s thread, need the folder that is taken away.
await createSmtp('smtp://127.0.0.1', { name: '', address: '' })
const engine = await startEmbeddedEngine(config, logger)
// Where the socket of git’s hooks would be.
process.env.TMPDIR = '/dev/null'
const reason: unknown = await createApp(config, { logger, engine: Promise.resolve(engine) }).then(
  () => 'it started',
  ({ code }) => code,
)
console.log(reason, process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length, 'timers')
process.exit()
