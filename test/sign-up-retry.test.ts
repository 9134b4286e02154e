import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { defaultPassword, unique } from './rig/people.ts'
import { testEnvironment } from './rig/server.ts'

const client = { address: '', userAgent: '', refreshCookie: undefined }
const session = { id: '', accessToken: '', refreshToken: null, expiresAt: '' }

/** Sign-up over a real database in which the first `lies` looks at a name say that it is free. */
async function withMisleadingNames(lies: number, use: (signUp: (name: string) => Promise<string>) => Promise<void>) {
  const [{ openDatabase }, { readConfig }, { createLog }, { createLogger }, { signUp }, ...documents] =
    await Promise.all([
      import('../server/src/database/database.ts'),
      import('../server/src/config.ts'),
      import('../server/src/log/log.ts'),
      import('../server/src/logger.ts'),
      import('../server/src/accounts/sign-up.ts'),
      import('../server/src/access/documents.ts'),
      import('../server/src/log/documents.ts'),
      import('../server/src/organisations/documents.ts'),
      import('../server/src/accounts/documents.ts'),
    ])
  const directory = await mkdtemp(join(tmpdir(), 'rolecall-names-'))
  const { connection, close } = await openDatabase(readConfig(testEnvironment(directory)), createLogger('silent'))
  try {
    const [access, logs, organisations, tokens] = documents
    const models = {
      ...access.models(connection),
      ...logs.models(connection),
      ...organisations.models(connection),
      ...tokens.models(connection),
    }
    await connection.createCollections()
    const log = createLog({ connection, models, now: () => new Date() })
    let left = lies
    const names = new Proxy(models.names, {
      get(target, key) {
        if (key === 'findById' && left-- > 0) return () => ({ lean: async () => null })
        const value: unknown = Reflect.get(target, key)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    const issue = () => ({ session, refreshCookie: undefined })
    await use(async (name) => {
      const email = `${unique('ada').replace(' ', '-')}@example.com`
      const { body } = await signUp(
        { models: { ...models, names }, log, mails: { queue: async () => true }, issue },
        {
          body: { email, name, password: defaultPassword },
          params: {},
          query: undefined,
          permission: 'anyone',
          principal: undefined,
          idempotency: undefined,
          dryRun: false,
          format: undefined,
          client,
        },
      )
      return body.organisation.name
    })
  } finally {
    await close()
    await rm(directory, { recursive: true, force: true })
  }
}

describe('the name of a personal organisation', () => {
  it('E19 is chosen anew when it proves to be taken only as it is claimed', async () => {
    // The first two looks are the first person’s and the second person’s; the third is that of the second attempt.
    await withMisleadingNames(2, async (signUp) => {
      expect(await signUp('Ada')).to.equal('Ada’s organisation')
      expect(await signUp('Ada')).to.match(/^Ada’s organisation \w{5}$/)
    })
  })
})
