import { anEmptyDatabase } from './database.ts'
import { anEmptyFolder } from './program.ts'
import { startServer, type TestServer, testEnvironment } from './server.ts'

/** `restart`: it is closed, and started again on its data. `takeover`: another one is there before it is closed. */
export type Succession = 'restart' | 'takeover'

/** A server whose time stands still but for `pass`: whatever says when it was made says in which step. */
export interface SteppedServer {
  /** The present one: another after each `succeed`. */
  readonly server: TestServer
  readonly now: () => number
  readonly pass: (seconds: number) => void
  /** Closes it, which breaks off what it has under way for too long, and lets the next one go on. */
  readonly succeed: () => Promise<void>
}

const secret = { SECRET_KEY: 'a key that all servers of one test share' }

export async function aSteppedServer(succession: Succession): Promise<SteppedServer> {
  let time = Math.floor(Date.now() / 1_000) * 1_000
  const place =
    succession === 'restart'
      ? { dataDir: await anEmptyFolder(), env: { ...secret, MONGODB_URI: testEnvironment('').MONGODB_URI ?? '' } }
      : { env: { ...secret, MONGODB_URI: await anEmptyDatabase() } }
  const start = () => startServer({ ...place, now: () => new Date(time) })
  let server = await start()
  return {
    get server() {
      return server
    },
    now: () => time,
    pass: (seconds) => {
      time += seconds * 1_000
    },
    async succeed() {
      const former = server
      if (succession === 'restart') await former.close()
      server = await start()
      await former.close()
    },
  }
}
