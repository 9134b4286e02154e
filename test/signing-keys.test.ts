import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import jwt from 'jsonwebtoken'
import type { Model } from 'mongoose'
import type { Clock } from '../server/src/clock.ts'
import type { SigningKeyDocument } from '../server/src/sessions/documents.ts'
import { type Keys, openKeys, overlapMs, publishedForMs, renewedAfterMs } from '../server/src/sessions/keys.ts'
import { createTokens } from '../server/src/sessions/tokens.ts'
import { apiOf, signUp } from './rig/people.ts'
import { startServer, testEnvironment } from './rig/server.ts'

const secretKey = 'a secret of at least thirty-two characters'
const now = () => new Date('2026-11-24T12:00:00Z')

async function aFolder(use: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'rolecall-keys-'))
  await use(directory).finally(() => rm(directory, { recursive: true, force: true }))
}

/** The keys’ collection in a database of its own. */
async function withCollection(use: (signingKeys: Model<SigningKeyDocument>) => Promise<void>): Promise<void> {
  const [{ openDatabase }, { readConfig }, { models }, { createLogger }] = await Promise.all([
    import('../server/src/database/database.ts'),
    import('../server/src/config.ts'),
    import('../server/src/sessions/documents.ts'),
    import('../server/src/logger.ts'),
  ])
  await aFolder(async (directory) => {
    const database = await openDatabase(readConfig(testEnvironment(directory)), createLogger('silent'))
    await use(models(database.connection).signingKeys).finally(() => database.close())
  })
}

describe('the signing keys', () => {
  it('are published, so that others can check an access token', async () => {
    const { url, session, account } = await signUp()
    const { keys } = await (await fetch(`${url}/.well-known/jwks.json`)).json()
    expect(keys).to.have.lengthOf(1)
    expect(keys[0]).to.have.all.keys('kty', 'crv', 'x', 'y', 'kid', 'alg', 'use')
    const publicKey = createPublicKey({ key: keys[0], format: 'jwk' })
    const { header, payload } = jwt.verify(session.accessToken, publicKey, { complete: true })
    expect(header.kid).to.equal(keys[0].kid)
    expect(payload.sub).to.equal(account.id)
  })

  it('outlast a restart, and everybody stays signed in', async () => {
    await aFolder(async (dataDir) => {
      const first = await startServer({ dataDir })
      const { mongodbUri } = first.config
      const { session } = await signUp({ url: first.url })
      await first.close()
      const env = mongodbUri === undefined ? {} : { MONGODB_URI: mongodbUri }
      const second = await startServer({ dataDir, env })
      expect((await apiOf(second.url, session.accessToken)('GET', '/account')).status).to.equal(200)
      const { refreshToken } = session
      expect((await apiOf(second.url)('POST', '/sessions/refresh', { refreshToken })).status).to.equal(200)
      await second.close()
    })
  })

  it('stop the start under another SECRET_KEY, which the message names', async () => {
    await aFolder(async (dataDir) => {
      const first = await startServer({ dataDir, env: { SECRET_KEY: secretKey } })
      const { mongodbUri } = first.config
      await first.close()
      const env = mongodbUri === undefined ? {} : { MONGODB_URI: mongodbUri }
      const refusal = await startServer({ dataDir, env: { ...env, SECRET_KEY: `${secretKey}!` } }).then(
        () => 'started',
        String,
      )
      expect(refusal).to.match(/SECRET_KEY is not the one with which this database was set up/)
    })
  })

  it('are the same for two nodes that start at once', async () => {
    await withCollection(async (signingKeys) => {
      const nodes = await Promise.all(Array.from({ length: 5 }, () => openKeys(signingKeys, secretKey, now)))
      expect(new Set(nodes.map((keys) => keys.signing().kid)).size).to.equal(1)
      expect(await signingKeys.countDocuments()).to.equal(1)
    })
  })

  it('lie in the database sealed', async () => {
    await withCollection(async (signingKeys) => {
      const keys = await openKeys(signingKeys, secretKey, now)
      const stored = JSON.stringify(await signingKeys.findOne().lean())
      const { d } = keys.signing().privateKey.export({ format: 'jwk' })
      expect(d).to.have.lengthOf(43)
      expect(stored).not.to.include(d)
    })
  })

  it('cannot be passed off as one another', async () => {
    await withCollection(async (signingKeys) => {
      await openKeys(signingKeys, secretKey, now)
      await signingKeys.updateOne({ _id: '1' }, { $set: { kid: 'another' } })
      const refusal = await openKeys(signingKeys, secretKey, now).then(() => 'opened', String)
      expect(refusal).to.include('SECRET_KEY')
    })
  })

  describe('E24 when it is time for a new one', () => {
    const hour = 60 * 60 * 1_000

    /** Nodes with one collection and one clock. */
    async function rotating(
      use: (parts: {
        start: () => Promise<Keys>
        pass: (ms: number) => void
        signingKeys: Model<SigningKeyDocument>
        clock: Clock
      }) => Promise<void>,
    ): Promise<void> {
      await withCollection(async (signingKeys) => {
        let time = now().getTime()
        const clock = () => new Date(time)
        const pass = (ms: number) => {
          time += ms
        }
        await use({ start: () => openKeys(signingKeys, secretKey, clock), pass, signingKeys, clock })
      })
    }
    const published = (keys: Keys) => keys.jwks().keys.map(({ kid }) => kid)

    it('publish it before it signs, and the old one until its last token has expired', async () => {
      await rotating(async ({ start, pass, signingKeys }) => {
        const keys = await start()
        const first = keys.signing().kid
        pass(renewedAfterMs - 1)
        await keys.rotate()
        expect(published(keys)).to.deep.equal([first])

        pass(1)
        await keys.rotate()
        const [second, ...others] = published(keys)
        expect(others).to.deep.equal([first])
        expect(second).not.to.equal(first)
        expect(keys.signing().kid).to.equal(first)
        pass(publishedForMs - 1)
        expect(keys.signing().kid).to.equal(first)
        pass(1)
        expect(keys.signing().kid).to.equal(second)

        pass(overlapMs - 1)
        expect(published(keys)).to.deep.equal([second, first])
        expect(keys.verifying(first)).not.to.equal(undefined)
        pass(1)
        expect(published(keys)).to.deep.equal([second])
        expect(keys.verifying(first)).to.equal(undefined)
        await keys.rotate()
        expect(await signingKeys.distinct('kid')).to.deep.equal([second])

        pass(renewedAfterMs)
        await keys.rotate()
        expect(published(keys)).to.have.lengthOf(2)
      })
    })

    it('keep every token good for its ten minutes', async () => {
      await rotating(async ({ start, pass, clock }) => {
        const keys = await start()
        const tokens = createTokens(keys, 'rolecall', clock)
        pass(renewedAfterMs)
        await keys.rotate()
        pass(publishedForMs - 1)
        const { accessToken } = tokens.issue('acc_1', 'ses_1')
        pass(10 * 60 * 1_000 - 2_000)
        expect(jwt.decode(accessToken, { complete: true })?.header.kid).not.to.equal(keys.signing().kid)
        const { account } = await createTokens(keys, 'rolecall', clock).verify(accessToken)
        expect(account).to.equal('acc_1')
      })
    })

    it('agree on one among several nodes, and learn of it without a restart', async () => {
      await rotating(async ({ start, pass, signingKeys }) => {
        const nodes = [await start(), await start(), await start()]
        pass(renewedAfterMs)
        await Promise.all(nodes.map((keys) => keys.rotate()))
        expect(await signingKeys.countDocuments()).to.equal(2)
        expect(new Set(nodes.map((keys) => published(keys).join())).size).to.equal(1)
      })
    })

    it('have a token of an unknown key look for it, but not at every such token', async () => {
      await rotating(async ({ start, pass, clock, signingKeys }) => {
        const [node, other] = [await start(), await start()]
        // As after a theft: the only key is ended by hand, and another node makes the next, which signs at once.
        await signingKeys.updateOne({ _id: '1' }, { $set: { expiresAt: clock() } })
        await other.rotate()
        const { accessToken } = createTokens(other, 'rolecall', clock).issue('acc_1', 'ses_1')
        let reads = 0
        const find = signingKeys.find.bind(signingKeys)
        const counted = Object.assign(Object.create(signingKeys) as typeof signingKeys, {
          find: (...filter: Parameters<typeof find>) => {
            reads += 1
            return find(...filter)
          },
        })
        const watched = await openKeys(counted, secretKey, clock)
        const tokens = createTokens(watched, 'rolecall', clock)
        const afterStart = reads
        for (const kid of ['a', 'b', 'c']) {
          const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
          const header = { alg: 'ES256' as const, typ: 'at+jwt', kid }
          const foreign = jwt.sign({ sub: 'acc_1', sid: 'ses_1' }, privateKey, { algorithm: 'ES256', header })
          await Promise.allSettled(Array.from({ length: 50 }, () => tokens.verify(foreign)))
        }
        expect(reads).to.equal(afterStart)
        pass(5_000)
        const foreign = accessToken.replace(
          /^[^.]+/,
          Buffer.from('{"alg":"ES256","typ":"at+jwt","kid":"d"}').toString('base64url'),
        )
        await Promise.allSettled(Array.from({ length: 50 }, () => tokens.verify(foreign)))
        expect(reads).to.equal(afterStart + 1)

        expect(node.verifying(other.signing().kid)).to.equal(undefined)
        expect((await createTokens(node, 'rolecall', clock).verify(accessToken)).account).to.equal('acc_1')
      })
    })

    it('sign at once with it when the one before was ended by hand', async () => {
      await rotating(async ({ start, pass, clock, signingKeys }) => {
        const keys = await start()
        const stolen = keys.signing().kid
        await signingKeys.updateOne({ _id: '1' }, { $set: { expiresAt: clock() } })
        await keys.rotate()
        expect(keys.signing().kid).not.to.equal(stolen)
        expect(keys.verifying(stolen)).to.equal(undefined)
        expect(published(keys)).to.deep.equal([keys.signing().kid])
        pass(publishedForMs + overlapMs + hour)
        await keys.rotate()
        expect(await signingKeys.countDocuments()).to.equal(1)
      })
    })

    it('do not give the old one up for a new one that was ended by hand', async () => {
      await rotating(async ({ start, pass, clock, signingKeys }) => {
        const keys = await start()
        const first = keys.signing().kid
        pass(renewedAfterMs)
        await keys.rotate()
        await signingKeys.updateOne({ _id: '2' }, { $set: { expiresAt: clock() } })
        pass(publishedForMs + overlapMs)
        await keys.rotate()
        expect(keys.signing().kid).to.equal(first)
        expect(published(keys)).to.have.lengthOf(2)
        expect(await signingKeys.countDocuments()).to.equal(3)
      })
    })
  })
})
