import { join } from 'node:path'
import { expect } from 'chai'
import { Decimal128, Double, Int32, Long } from 'mongodb'
import { Webhook } from 'standardwebhooks'
import { fillEvents, fillMembers } from '../bench/large-organisation.ts'
import { migrateDatabase } from '../server/src/backup/migrate.ts'
import { openDatabase, openMongo } from '../server/src/database/database.ts'
import { createLogger } from '../server/src/logger.ts'
import { anApplication } from './rig/applications.ts'
import { anOpenInvoice } from './rig/billing.ts'
import { changeSomebody } from './rig/changes.ts'
import { anEmptyDatabase } from './rig/database.ts'
import { anOrganisation, elsewhere, type Person, signUp, type TestOrganisation } from './rig/people.ts'
import { anEmptyFolder, killedAfter, runProgram } from './rig/program.ts'
import { aReceiver, type Receiver } from './rig/receiver.ts'
import { answersOf, differences } from './rig/same-answers.ts'
import { aWebhook, eventOf } from './rig/sending.ts'
import { startServer, type TestServer } from './rig/server.ts'
import { startStandaloneMongo } from './rig/standalone-mongo.ts'

const isLong = process.env.ROLECALL_LONG === '1'
const manyMembers = isLong ? 10_000 : 300

const embedded = { MONGODB_URI: '' }

interface Installation {
  readonly server: TestServer
  readonly dataDir: string
  readonly acme: TestOrganisation
  readonly people: readonly Person[]
}

async function anInstallation(env: Readonly<Record<string, string>> = embedded): Promise<Installation> {
  const dataDir = await anEmptyFolder()
  const server = await startServer({ dataDir, env })
  const acme = await anOrganisation({ url: server.url })
  const people = [acme.admin, await acme.add('developer'), await signUp({ url: server.url })]
  return { server, dataDir, acme, people }
}

/** Values whose types are easily lost: `migrate` compares the bytes that it reads again. */
const delicate = {
  long: Long.fromNumber(5),
  double: new Double(5),
  int: new Int32(5),
  decimal: Decimal128.fromString('5.0'),
}

/** Something of everything. */
async function furnish({ server, acme }: Installation, receiver: Receiver): Promise<{ readonly secret: string }> {
  const { admin, id } = acme
  await fillMembers(server.app.connection, id, manyMembers)
  await fillEvents(server.app.connection, id, manyMembers)
  await server.app.connection.collection('others').insertOne({ ...delicate, at: new Date(5), none: null, list: [[]] })
  await admin.api('POST', `/organisations/${id}/roles`, { name: 'Reader', permissions: ['member:read'] })
  await admin.api('POST', `/organisations/${id}/invitations`, { email: 'somebody@example.com', role: 'developer' })
  await anApplication(acme)
  await anOpenInvoice(acme)
  return aWebhook(acme, receiver)
}

describe('npm run migrate', function () {
  this.timeout(isLong ? 900_000 : 400_000)

  it('moves an installation to a replica set, which answers the same byte for byte, with the same log', async () => {
    const installation = await anInstallation()
    const { server, dataDir, acme, people } = installation
    const receiver = await aReceiver()
    const { secret } = await furnish(installation, receiver)
    const askedAt = Date.now()
    const before = await answersOf(server.url, people, [acme.id])
    await server.close()
    const uri = await anEmptyDatabase()

    const { code, stdout, stderr } = await runProgram({ name: 'migrate', args: ['--to', uri], dataDir })
    expect([code, stderr]).to.deep.equal([0, ''])
    expect(stdout).to.match(new RegExp(`^ +memberships +${manyMembers + 5} .* sha256 [0-9a-f]{64}$`, 'm'))
    expect(stdout).to.match(/^\d+ logs are whole: \d+ events\.$/m)
    expect(stdout).to.include(`DATA_DIR stays what it is, ${dataDir}: the key and the repositories are there.`)

    const moved = await startServer({ dataDir, env: { MONGODB_URI: uri } })
    expect(differences(await answersOf(moved.url, people, [acme.id]), before)).to.deep.equal([])
    const { member } = await elsewhere(acme, moved.url).add('developer')
    const seq = await changeSomebody(elsewhere(acme, moved.url), member, 'manager')
    const post = await receiver.next((one) => eventOf(one).seq === seq)
    const headers = Object.fromEntries(Object.entries(post.headers).map(([name, value]) => [name, String(value)]))
    expect(new Webhook(secret).verify(post.body, headers)).to.deep.include({ seq })
    await moved.close()

    // Tokens live for ten minutes, and moving much takes longer on a busy machine.
    const lateByMs = Date.now() - askedAt
    const old = await startServer({ dataDir, env: embedded, now: () => new Date(Date.now() - lateByMs) })
    expect(differences(await answersOf(old.url, people, [acme.id]), before), 'where it came from').to.deep.equal([])
    await old.close()
  })

  it('copies from one replica set to another, and not while a server runs on the first', async () => {
    const [one, other] = [await anEmptyDatabase(), await anEmptyDatabase()]
    const { server, dataDir, acme, people } = await anInstallation({ MONGODB_URI: one })
    const program = { name: 'migrate', args: ['--from', one, '--to', other], dataDir } as const
    const served = await runProgram(program)
    expect(served.code).to.equal(2)
    expect(served.stderr).to.include('A server runs on the data that are to be moved')
    const before = await answersOf(server.url, people, [acme.id])
    await server.close()
    expect((await runProgram(program)).code).to.equal(0)
    const moved = await startServer({ dataDir, env: { MONGODB_URI: other } })
    expect(differences(await answersOf(moved.url, people, [acme.id]), before)).to.deep.equal([])
    await moved.close()
  })

  it('does not pass over what a server has written that started and stopped again meanwhile', async () => {
    const { server, acme } = await anInstallation({ MONGODB_URI: await anEmptyDatabase() })
    await server.close()
    const from = await openMongo(server.config.mongodbUri ?? '')
    const to = await openMongo(await anEmptyDatabase())
    const heads = from.connection.collection<{ _id: string }>('heads')
    let late: Promise<unknown> = Promise.resolve()
    const moving = migrateDatabase(from.connection, to.connection, (name) => {
      if (name === 'heads') late = heads.updateOne({ _id: acme.id }, { $inc: { seq: 1, writes: 1 } })
    })
    const refusal = await moving.then(
      () => 'it was moved',
      (error: unknown) => String(error),
    )
    await late
    await Promise.all([from.close(), to.close()])
    expect(refusal).to.include('A server has written to the data while they were copied')
  })

  it('refuses what it cannot do, and changes nothing', async () => {
    const { server, dataDir, acme, people } = await anInstallation()
    const [occupied, free] = [await anEmptyDatabase(), await anEmptyDatabase()]
    const other = await anInstallation({ MONGODB_URI: occupied })
    const beforeOther = await answersOf(other.server.url, other.people, [other.acme.id])
    const migrate = async (to: string, env = embedded, folder = dataDir) => {
      const { code, stderr } = await runProgram({ name: 'migrate', args: ['--to', to], dataDir: folder, env })
      expect(code).to.equal(2)
      return stderr
    }
    const [served, nothing] = await Promise.all([migrate(free), migrate(free, embedded, join(dataDir, 'nothing'))])
    expect(served, 'a running server').to.match(/is in use by process \d+/)
    expect(nothing).to.include('There are no data in')
    const before = await answersOf(server.url, people, [acme.id])
    await server.close()
    const standalone = await startStandaloneMongo()
    const refusals = await Promise.all([
      migrate(occupied),
      migrate(occupied, { MONGODB_URI: occupied }),
      migrate(standalone.uri),
      migrate('http://127.0.0.1'),
      migrate('mongodb://127.0.0.1:1/x'),
    ])
    standalone.close()
    const reasons = [
      'is not empty',
      'that is to be copied',
      'is a standalone server',
      '--to must begin with mongodb://',
      'MongoDB cannot be reached',
    ]
    expect(refusals.map((refusal, index) => refusal.includes(reasons[index] ?? ''))).to.deep.equal(
      reasons.map(() => true),
    )
    const misspelt = await runProgram({ name: 'migrate', args: ['--too', 'x'], dataDir })
    expect(misspelt.stderr).to.include('npm run migrate -- --to')

    expect(differences(await answersOf(other.server.url, other.people, [other.acme.id]), beforeOther)).to.deep.equal([])
    await other.server.close()
    const again = await startServer({ dataDir, env: embedded })
    expect(differences(await answersOf(again.url, people, [acme.id]), before)).to.deep.equal([])
    await again.close()
    const untouched = await openDatabase({ mongodbUri: free, dataDir }, createLogger('error'))
    expect(
      await untouched.connection.getClient().db(untouched.connection.name).listCollections().toArray(),
    ).to.deep.equal([])
    await untouched.close()
  })

  it('that was killed leaves what no server takes for an installation, and can be repeated', async () => {
    const installation = await anInstallation()
    const { server, dataDir, acme, people } = installation
    await fillEvents(server.app.connection, acme.id, 2_000)
    const before = await answersOf(server.url, people, [acme.id])
    await server.close()
    const uri = await anEmptyDatabase()
    const program = { name: 'migrate', args: ['--to', uri], dataDir } as const
    for (const last of ['events', 'webhooks']) {
      expect(await killedAfter(new RegExp(` ${last} `), program), last).to.equal(true)
      const refusal = await startServer({ dataDir, env: { MONGODB_URI: uri } }).then(
        () => 'it started',
        (error: unknown) => String(error),
      )
      expect(refusal).to.include('These data are not whole: npm run migrate')
    }
    const { code, stderr } = await runProgram(program)
    expect([code, stderr]).to.deep.equal([0, ''])
    const moved = await startServer({ dataDir, env: { MONGODB_URI: uri } })
    expect(differences(await answersOf(moved.url, people, [acme.id]), before)).to.deep.equal([])
    await moved.close()
  })
})
