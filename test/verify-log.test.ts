import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { Binary } from 'mongodb'
import { fillEvents } from '../bench/large-organisation.ts'
import { models as logModels } from '../server/src/log/documents.ts'
import { verify } from '../server/src/log/verify.ts'
import { anOrganisation, type TestOrganisation } from './rig/people.ts'
import { sharedServer, startServer, type TestServer, testEnvironment } from './rig/server.ts'
import { atEnd } from './rig/teardown.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

interface Stored {
  readonly _id: string
  readonly log: string
  readonly seq: number
  readonly salt: Binary
}

const verified = async ({ admin, id }: TestOrganisation, query = '') =>
  admin.api('GET', `/organisations/${id}/events/verify${query}`)

/** Turns over one bit of one byte of what is stored of an event. Answers the event's id. */
async function flipOneByte({ app }: Pick<TestServer, 'app'>, log: string, seq: number): Promise<string> {
  const events = app.connection.collection<Stored>('events')
  const event = await events.findOne({ log, seq })
  if (event === null) throw new Error('there is no such event')
  const salt = Buffer.from(event.salt.buffer)
  salt[5] = (salt[5] ?? 0) ^ 1
  await events.updateOne({ _id: event._id }, { $set: { salt: new Binary(salt) } })
  return event._id
}

/** The program as one would call it, on the data of a server that has stopped. */
async function runProgram(dataDir: string, ...logs: string[]) {
  const env = { ...process.env, ...testEnvironment(dataDir), MONGODB_URI: '' }
  const run = promisify(execFile)(process.execPath, ['--import', 'tsx', 'server/src/verify-log.ts', ...logs], {
    cwd: root,
    env,
  })
  return run.then(
    ({ stdout }) => ({ code: 0, stdout, stderr: '' }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
  )
}

describe('verifying a log', () => {
  it('answers how many events fit, up to where, and the hash that depends on them all', async () => {
    const acme = await anOrganisation()
    await acme.add('developer')
    const { status, body } = await verified(acme)
    const { body: events } = await acme.admin.api('GET', `/organisations/${acme.id}/events`)
    expect([status, body]).to.deep.equal([200, { ok: true, events: 3, seq: 3, hash: events.data[2].hash }])
    const from = await verified(acme, `?after=${events.data[0].cursor}`)
    expect(from.body).to.deep.equal({ ok: true, events: 2, seq: 3, hash: events.data[2].hash })
    const foreign = await verified(await anOrganisation(), `?after=${events.data[0].cursor}`)
    expect([foreign.status, foreign.body.code]).to.deep.equal([400, 'invalid_cursor'])
  })

  it('finds one byte that was flipped in a stored event, and names the event', async () => {
    const acme = await anOrganisation()
    for (let count = 0; count < 4; count += 1) await acme.add('developer')
    const event = await flipOneByte(await sharedServer(), acme.id, 4)
    const bad = { ok: false, seq: 4, event, reason: 'The data do not fit their digest.' }
    expect((await verified(acme)).body).to.deep.equal(bad)
    await acme.add('developer')
    expect((await verified(acme)).body).to.deep.equal(bad)
  })

  it('finds an event that was removed, one that was added behind the end, and one that is found by something else', async () => {
    const [removed, added, hidden] = [await anOrganisation(), await anOrganisation(), await anOrganisation()]
    const events = (await sharedServer()).app.connection.collection<Stored>('events')
    await events.deleteOne({ log: removed.id, seq: 1 })
    expect((await verified(removed)).body).to.deep.equal({ ok: false, seq: 1, reason: 'The event is missing.' })
    const copied = await events.findOne({ log: added.id, seq: 2 })
    if (copied === null) throw new Error('there is no such event')
    await events.insertOne({ ...copied, _id: 'evt_added', seq: 3 })
    expect((await verified(added)).body).to.deep.include({ ok: false, seq: 3, event: 'evt_added' })
    await events.deleteOne({ _id: 'evt_added' })
    await events.updateOne({ log: hidden.id, seq: 2 }, { $set: { subjects: [] } })
    expect((await verified(hidden)).body).to.deep.include({ ok: false, seq: 2 })
  })

  it('goes on where it stopped in a log that is longer than one answer', async () => {
    const acme = await anOrganisation()
    for (let count = 0; count < 3; count += 1) await acme.add('developer')
    const models = logModels((await sharedServer()).app.connection)
    const first = await verify(models, acme.id, { atMost: 2 })
    expect(first).to.deep.include({ ok: true, events: 2, seq: 2, isPartial: true })
    if (!first.ok) throw new Error('it does not fit')
    const second = await verify(models, acme.id, { from: first, atMost: 3 })
    expect(second).to.deep.include({ ok: true, events: 3, seq: 5 })
    expect(second).not.to.have.property('isPartial')
  })

  it('E53 ends once whoever asked for it may not any more', async () => {
    const acme = await anOrganisation()
    const ada = await acme.add('admin')
    await fillEvents((await sharedServer()).app.connection, acme.id, 5_000)
    const path = `/organisations/${acme.id}/members/${ada.member}`
    const become = async (role: string) => expect((await acme.admin.api('PATCH', path, { role })).status).to.equal(200)
    const demotedMeanwhile = async () => {
      const running = ada.api('GET', `/organisations/${acme.id}/events/verify`)
      await become('manager')
      return (await running).status
    }
    // Where the demotion came too late, which a busy machine may make it, it is tried again: it cannot be so each time.
    let status = await demotedMeanwhile()
    for (let more = 0; more < 9 && status === 200; more += 1) {
      await become('admin')
      status = await demotedMeanwhile()
    }
    expect(status).to.equal(403)
  })

  it('E45 is nothing that a deleted organisation has, and is as it was once it is restored', async () => {
    const acme = await anOrganisation()
    await acme.admin.api('DELETE', `/organisations/${acme.id}`)
    expect((await verified(acme)).status).to.equal(404)
    await acme.admin.api('POST', `/organisations/${acme.id}/restore`)
    expect((await verified(acme)).body).to.deep.include({ ok: true, events: 4 })
  })
})

describe('npm run verify-log', () => {
  it('verifies all logs beside the server, deleted organisations’ too, and names the first bad event', async function () {
    this.timeout(300_000)
    const dataDir = await mkdtemp(join(tmpdir(), 'rolecall-verify-'))
    atEnd(() => rm(dataDir, { recursive: true, force: true }))
    const server = await startServer({ dataDir, env: { MONGODB_URI: '' } })
    const [acme, deleted] = [await anOrganisation({ url: server.url }), await anOrganisation({ url: server.url })]
    await deleted.admin.api('DELETE', `/organisations/${deleted.id}`)
    const meanwhile = await runProgram(dataDir)
    expect(meanwhile.code, 'while the server has the data').to.equal(2)
    expect(meanwhile.stderr).to.match(/database/)
    await server.close()

    const whole = await runProgram(dataDir)
    expect([whole.code, whole.stderr]).to.deep.equal([0, ''])
    expect(whole.stdout).to.match(/^6 logs are whole\.$/m)
    expect(whole.stdout).to.match(new RegExp(`^${deleted.id}  whole: 3 events, hash [0-9a-f]{64}$`, 'm'))

    const again = await startServer({ dataDir, env: { MONGODB_URI: '' } })
    const event = await flipOneByte(again, acme.id, 2)
    await again.close()
    const bad = `${acme.id}  BAD at event 2 (${event}): The data do not fit their digest.\n`
    expect(await runProgram(dataDir, acme.id)).to.deep.equal({
      code: 1,
      stdout: `${bad}1 of 1 logs are not whole.\n`,
      stderr: '',
    })
    const all = await runProgram(dataDir)
    expect(all.code).to.equal(1)
    expect(all.stdout).to.include(bad).and.to.include('1 of 6 logs are not whole.')
    expect(await runProgram(dataDir, 'org_none')).to.deep.include({ code: 2, stderr: 'There is no log org_none.\n' })
  })

  it('makes no data where there are none', async () => {
    const { code, stderr } = await runProgram(join(tmpdir(), 'rolecall-nothing-here'))
    expect(code).to.equal(2)
    expect(stderr).to.include('There are no data in').and.to.include('DATA_DIR or MONGODB_URI')
  })
})
