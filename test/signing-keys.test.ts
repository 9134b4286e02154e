import { createPublicKey } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import jwt from 'jsonwebtoken'
import type { Model } from 'mongoose'
import type { SigningKeyDocument } from '../server/src/sessions/documents.ts'
import { openKeys } from '../server/src/sessions/keys.ts'
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

  it('E24 overlap: the newest signs, those before verify until they expire', async () => {
    await withCollection(async (signingKeys) => {
      const first = await openKeys(signingKeys, secretKey, now)
      const { kid } = first.signing()
      await signingKeys.updateOne({ _id: '1' }, { $set: { expiresAt: now() } })
      const replaced = await openKeys(signingKeys, secretKey, now)
      expect(replaced.signing().kid).not.to.equal(kid)
      expect(replaced.verifying(kid)).to.equal(undefined)
      expect(replaced.jwks().keys).to.have.lengthOf(1)

      await signingKeys.updateOne({ _id: '1' }, { $set: { expiresAt: new Date(now().getTime() + 1) } })
      let time = now()
      const overlapping = await openKeys(signingKeys, secretKey, () => time)
      expect(overlapping.signing().kid).to.equal(replaced.signing().kid)
      expect(overlapping.verifying(kid)).not.to.equal(undefined)
      expect(overlapping.jwks().keys).to.have.lengthOf(2)
      time = new Date(now().getTime() + 1)
      expect(overlapping.verifying(kid)).to.equal(undefined)
      expect(overlapping.jwks().keys).to.have.lengthOf(1)
    })
  })
})
