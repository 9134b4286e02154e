import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { ConfigError, readConfig, settings } from '../server/src/config.ts'
import { readSecretKey } from '../server/src/secret.ts'
import { mayPostToLoopback } from '../server/src/webhooks/loopback.ts'

function mistakesOf(read: () => unknown): readonly string[] {
  try {
    read()
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes
    throw error
  }
  return []
}

describe('the settings', () => {
  it('have defaults with which a newcomer can start', () => {
    expect(readConfig({})).to.deep.equal({
      port: 3000,
      host: '127.0.0.1',
      publicUrl: undefined,
      dataDir: './data',
      mongodbUri: undefined,
      repositoriesDir: undefined,
      maxPushMb: 512,
      maxRepositoryMb: 4096,
      maxOrganisationRepositoriesMb: 20_480,
      gitTimeoutS: 900,
      gitIdleS: 120,
      smtpUrl: undefined,
      mailFrom: undefined,
      corsOrigins: [],
      trustProxy: 0,
      secretKey: undefined,
      metricsToken: undefined,
      operatorToken: undefined,
      maxMembers: 200_000,
      maxOrganisations: 100,
      maxWebhookPosts: 500,
      webhookLoopback: undefined,
      webhookNetworks: [],
      rateLimits: 'on',
      logLevel: 'info',
      environment: 'development',
    })
  })

  it('are read from the environment; what is empty counts as unset, what is unknown is not looked at', () => {
    const config = readConfig({
      PORT: '8080',
      HOST: '',
      PUBLIC_URL: 'https://People.example.com/',
      MONGODB_URI: 'mongodb://one:27017,two:27017/rolecall?replicaSet=rs0',
      CORS_ORIGINS: 'https://a.example, http://localhost:5173',
      TRUST_PROXY: '10.0.0.0/8, ::1, loopback',
      NODE_ENV: 'production',
      ROLECALL_COLOUR: 'red',
    })
    expect(config).to.include({ port: 8080, host: '127.0.0.1', publicUrl: 'https://people.example.com' })
    expect(config.corsOrigins).to.deep.equal(['https://a.example', 'http://localhost:5173'])
    expect(config.trustProxy).to.deep.equal(['10.0.0.0/8', '::1', 'loopback'])
    expect(readConfig({ TRUST_PROXY: '1' }).trustProxy).to.equal(1)
    for (const [text, name] of [
      ['people@example.com', ''],
      ['Our People <people@example.com>', 'Our People'],
    ]) {
      expect(readConfig({ MAIL_FROM: text }).mailFrom).to.deep.equal({ name, address: 'people@example.com' })
    }
  })

  it('tell all mistakes in one message, and no value, which may be secret', () => {
    const wrong = {
      PORT: '70000',
      HOST: 'not a host',
      PUBLIC_URL: 'people.example.com',
      MONGODB_URI: 'postgres://user:s3cret@host/db',
      MAX_PUSH_MB: 'much',
      MAX_REPOSITORY_MB: '0',
      MAX_ORGANISATION_REPOSITORIES_MB: '0',
      GIT_TIMEOUT_S: '-1',
      GIT_IDLE_S: '0',
      SMTP_URL: 'imap://user:s3cret@host',
      MAIL_FROM: 'People',
      CORS_ORIGINS: 'https://a.example/path',
      TRUST_PROXY: 'everyone',
      SECRET_KEY: 's3cret',
      METRICS_TOKEN: 's3cret',
      OPERATOR_TOKEN: 's3cret with spaces',
      MAX_MEMBERS: 'many',
      MAX_ORGANISATIONS: '0',
      MAX_WEBHOOK_POSTS: '1',
      WEBHOOK_LOOPBACK: 'yes',
      WEBHOOK_NETWORKS: '10.0.0.0/8, 0.0.0.0/0',
      RATE_LIMITS: 'many',
      LOG_LEVEL: 'loud',
      NODE_ENV: 'staging',
    }
    const mistakes = mistakesOf(() => readConfig(wrong))
    expect(mistakes.map((mistake) => mistake.split(' ')[0])).to.deep.equal(Object.keys(wrong))
    expect(mistakes.join('\n')).not.to.contain('s3cret')
    const settingsWithMistakes = Object.values(settings).filter(({ name }) => name in wrong)
    expect(settingsWithMistakes).to.have.lengthOf(Object.keys(settings).length - 2)
  })

  it('open this machine to webhooks for those who develop on it, or where they say so', () => {
    const isOpen = (env: Record<string, string>) => mayPostToLoopback(readConfig(env))
    for (const HOST of ['127.0.0.1', '::1', 'localhost']) expect(isOpen({ HOST }), HOST).to.equal(true)
    for (const env of [
      { HOST: '0.0.0.0' },
      { HOST: '::' },
      { HOST: 'people.example.com' },
      { TRUST_PROXY: '1' },
      { TRUST_PROXY: 'loopback' },
      { PUBLIC_URL: 'https://people.example.com' },
      { NODE_ENV: 'production' },
    ]) {
      expect(isOpen(env), JSON.stringify(env)).to.equal(false)
      expect(isOpen({ ...env, WEBHOOK_LOOPBACK: 'on' }), JSON.stringify(env)).to.equal(true)
    }
    expect(isOpen({ WEBHOOK_LOOPBACK: 'off' })).to.equal(false)
  })

  it('are described, each, for the documentation', () => {
    for (const { name, description } of Object.values(settings)) {
      expect(name).to.match(/^[A-Z_]+$/)
      expect(description).to.match(/^[^\n]{10,}$/)
    }
  })
})

describe('SECRET_KEY', () => {
  let dataDir = ''
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'rolecall-secret-'))
  })
  afterEach(() => rm(dataDir, { recursive: true }))

  it('is taken from the setting', () => {
    const secretKey = 'a setting of thirty-two characters'
    expect(readSecretKey({ secretKey, dataDir })).to.equal(secretKey)
  })

  it('is else made at the first start, for its user alone, and stays', async () => {
    const secret = readSecretKey({ secretKey: undefined, dataDir })
    expect(secret).to.match(/^[\w-]{43}$/)
    const file = join(dataDir, 'secret.key')
    expect((await stat(file)).mode & 0o777).to.equal(0o600)
    expect((await readFile(file, 'utf8')).trim()).to.equal(secret)
    expect(readSecretKey({ secretKey: undefined, dataDir })).to.equal(secret)
    const other = readSecretKey({ secretKey: undefined, dataDir: join(dataDir, 'of', 'another') })
    expect(other).not.to.equal(secret)
  })

  it('is not taken from a file that others can read, or that holds none', async () => {
    const file = join(dataDir, 'secret.key')
    readSecretKey({ secretKey: undefined, dataDir })
    await chmod(file, 0o644)
    expect(mistakesOf(() => readSecretKey({ secretKey: undefined, dataDir }))[0]).to.contain('chmod 600')
    await writeFile(file, '\n')
    await chmod(file, 0o600)
    expect(mistakesOf(() => readSecretKey({ secretKey: undefined, dataDir }))[0]).to.contain('holds no key')
  })
})
