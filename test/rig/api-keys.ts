import type { Clock } from '../../server/src/clock.ts'
import { connectLive, type LiveClient } from './live.ts'
import { type Answer, type Api, apiOf, type Person, type TestOrganisation } from './people.ts'
import { sharedServer, type TestServer } from './server.ts'
import { serverLog } from './server-log.ts'

export const apiKeysOf = ({ id }: { readonly id: string }): string => `/organisations/${id}/api-keys`

export interface TestKey {
  readonly id: string
  readonly secret: string
  /** As it was answered. */
  readonly body: Answer['body']
  /** Below /v1 of its server. */
  readonly path: string
  readonly url: string
  /** Calls below /v1 as this key. */
  readonly api: Api
  /** A socket of this key's. */
  connect(): Promise<LiveClient>
}

interface Wanted {
  /** Who issues it; the Admin where nobody is named. */
  readonly by?: Person
  readonly role?: string
  readonly name?: string
  readonly expiresInDays?: number | null
}

/** A new API key. */
export async function aKey(
  organisation: TestOrganisation,
  { by = organisation.admin, role = 'developer', name = 'Deployments', ...more }: Wanted = {},
): Promise<TestKey> {
  const { status, text, body } = await by.api('POST', apiKeysOf(organisation), { name, role, ...more })
  if (status !== 201) throw new Error(`issuing an API key was answered ${status}: ${text}`)
  return { ...asKey(by.url, body.secret), id: body.id, body, path: `${apiKeysOf(organisation)}/${body.id}` }
}

/** What a secret lets one do. */
export function asKey(url: string, secret: string): Pick<TestKey, 'secret' | 'url' | 'api' | 'connect'> {
  return { secret, url, api: apiOf(url, secret), connect: () => connectLive({ url }, { token: secret }) }
}

/** Lets the time of a key run out, and has that told. */
export async function expire(key: string): Promise<void> {
  const { app } = await sharedServer()
  const past = new Date(Date.now() - 1_000)
  const keys = app.connection.collection<{ _id: string }>('apiKeys')
  await keys.updateOne({ _id: key }, { $set: { expiresAt: past, dueAt: past } })
  await tellExpired(await sharedServer(), () => new Date())
}

/** Has it told which keys, and former secrets, are over by this clock, as a job does now and again. */
export async function tellExpired({ app }: TestServer, now: Clock): Promise<void> {
  const [{ expireKeys }, { models }, { createLogger }] = await Promise.all([
    import('../../server/src/api-keys/expire.ts'),
    import('../../server/src/access/documents.ts'),
    import('../../server/src/logger.ts'),
  ])
  const { apiKeys, memberships } = models(app.connection)
  const logger = createLogger('debug', serverLog)
  const job = expireKeys({ models: { apiKeys, memberships }, log: app.log, now, logger })
  await job.run(new AbortController().signal)
}
