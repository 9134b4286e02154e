import { randomBytes } from 'node:crypto'
import { readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { anApplication } from './rig/applications.ts'
import { type Clone, cloneOf, needsGit, newToken } from './rig/git.ts'
import { anOrganisation, elsewhere, type TestOrganisation } from './rig/people.ts'
import { anExchange, aSlowClone, flush, line } from './rig/raw-git.ts'
import { startServer, type TestServer } from './rig/server.ts'
import { logged } from './rig/server-log.ts'

const zeros = '0'.repeat(40)
const someId = 'a'.repeat(40)
const create = (ref: string) => `${zeros} ${someId} ${ref}`

/** Commits a file of so many megabytes and pushes it. */
async function grow(clone: Clone, megabytes: number, branch = 'main') {
  await writeFile(join(clone.folder, `${Math.random()}`), randomBytes(Math.round(megabytes * 1_000_000)))
  await clone.commit('Grow')
  return clone.run('push', 'origin', `HEAD:${branch}`)
}

describe('what git clients can take of a server', () => {
  let server: TestServer
  let acme: TestOrganisation
  before(async function () {
    needsGit(this)
    const env = { MAX_PUSH_MB: '2', MAX_ORGANISATION_REPOSITORIES_MB: '4', GIT_TIMEOUT_S: '900' }
    server = await startServer({ env })
    acme = await anOrganisation({ url: server.url })
  })
  after(() => server?.close())

  it('is bounded in what a body unpacks to, whatever it was packed to', async () => {
    const application = await anApplication(acme)
    const clone = await cloneOf(acme.admin, application)
    const commit = await clone.commit('Begin')
    await clone.run('push', 'origin', 'HEAD:main')
    const headers = { 'Content-Encoding': 'gzip' }
    const bombs = {
      'git-upload-pack': `${line(`want ${commit}\n`)}${flush}${line(`have ${someId}\n`).repeat(400_000)}`,
      'git-receive-pack': `${line(`${create('refs/heads/side')}\n`).repeat(20_000)}${flush}`,
    } as const
    for (const [service, text] of Object.entries(bombs) as [keyof typeof bombs, string][]) {
      const { request, isWhole } = await anExchange(acme.admin, application, service, { headers })
      const packed = gzipSync(text)
      expect(packed.length).to.be.below(1_000_000)
      request.end(packed)
      expect(await isWhole(), service).to.equal(false)
    }
    await logged(/"reason":"body"/)
  })

  it('is bounded in what a push says that it would change', async () => {
    const application = await anApplication(acme)
    const { request, isWhole } = await anExchange(acme.admin, application, 'git-receive-pack')
    const whole = isWhole()
    request.write(line(`${create('refs/heads/main')}\0report-status\n`))
    for (let count = 0; count < 12_000 && !request.destroyed; count += 1) {
      request.write(line(create(`refs/heads/${String(count).padStart(60, '0')}`)))
    }
    request.end(flush)
    expect(await whole).to.equal(false)
  })

  it('is bounded to 250 branches and tags at once, and tells of many in order', async function () {
    this.timeout(300_000)
    const application = await anApplication(acme)
    const clone = await cloneOf(acme.admin, application)
    await clone.commit('Begin')
    const refs = (count: number) => Array.from({ length: count }, (_, at) => `HEAD:refs/tags/v${at}`)
    const tooMany = await clone.run('push', 'origin', ...refs(251))
    expect([tooMany.code === 0, /250 branches and tags at once/.test(tooMany.output)]).to.deep.equal([false, true])
    expect((await clone.run('push', '--quiet', 'origin', ...refs(120))).code).to.equal(0)
    const { body } = await acme.admin.api('GET', `/organisations/${acme.id}/events?type=repository.tagged&limit=200`)
    expect(body.data).to.have.lengthOf(120)
  })

  it('is bounded on disk, for an organisation as for a repository', async () => {
    const other = await anOrganisation({ url: server.url })
    const [one, two] = await Promise.all(
      [await anApplication(other), await anApplication(other)].map((application) => cloneOf(other.admin, application)),
    )
    if (one === undefined || two === undefined) throw new Error('there is no clone')
    for (const clone of [one, two]) expect((await grow(clone, 1.5)).code).to.equal(0)
    const full = await grow(two, 1.5)
    expect([full.code === 0, /repositories would take more than the 4 MB/.test(full.output)]).to.deep.equal([
      false,
      true,
    ])
    // What takes nothing can be pushed all the same.
    expect((await one.run('push', 'origin', '--delete', 'main')).output).to.match(
      /main is the default branch and cannot be deleted/,
    )
    expect((await two.run('push', 'origin', 'HEAD~1:refs/tags/kept')).code).to.equal(0)
  })

  it('is bounded on disk by what is in use: what a deleted branch leaves makes room, once it is old', async () => {
    const other = await anOrganisation({ url: server.url })
    const application = await anApplication(other)
    const clone = await cloneOf(other.admin, application)
    await clone.commit('Begin')
    await clone.run('push', 'origin', 'HEAD:main')
    for (const branch of ['one', 'two']) {
      await clone.run('reset', '--quiet', '--hard', 'origin/main')
      await grow(clone, 1.8, branch)
      await clone.run('push', 'origin', '--delete', branch)
    }
    const objects = join(server.dataDir, 'repositories', `${application.id}.git`, 'objects')
    for (const name of await readdir(objects, { recursive: true })) await utimes(join(objects, name), 1, 1)
    await clone.run('reset', '--quiet', '--hard', 'origin/main')
    const more = await grow(clone, 1)
    expect(more.code, more.output).to.equal(0)
  })

  it('ends for who neither sends nor takes anything', async () => {
    // Git itself falls silent for so long on a busy machine, before it sends what it has packed.
    const own = await startServer({ env: { GIT_IDLE_S: '4' } })
    const other = await anOrganisation({ url: own.url })
    const application = await anApplication(other)
    const clone = await cloneOf(other.admin, application)
    await clone.commit('Begin')
    await clone.run('push', 'origin', 'HEAD:main')
    const silent = await anExchange(other.admin, application, 'git-upload-pack')
    silent.request.write(line(`want ${someId}\n`))
    expect(await silent.isWhole()).to.equal(false)
    await logged(new RegExp(`"reason":"idle".*"${application.id}"`))
    await own.close()
  })

  it('is so many exchanges at once, in all and of one account, and says when to come back', async function () {
    this.timeout(300_000)
    const own = await startServer()
    const many = await anOrganisation({ url: own.url })
    const application = await anApplication(many)
    const people = [many.admin, ...(await Promise.all([1, 2, 3, 4].map(() => many.add('developer'))))]
    const held: Awaited<ReturnType<typeof anExchange>>[] = []
    const statusOf = async (person: typeof many.admin, token: string) => {
      const authorization = `Basic ${Buffer.from(`${person.email}:${token}`).toString('base64')}`
      const path = `/git/${many.id}/${application.id}.git/info/refs?service=git-upload-pack`
      const headers = { authorization, 'User-Agent': 'git/2.39.5' }
      const answer = await fetch(`${own.url}${path}`, { headers })
      await answer.text()
      return [answer.status, answer.headers.get('Retry-After')]
    }
    const tokens = await Promise.all(people.map(async (person) => (await newToken(person)).token))
    for (const [index, person] of people.slice(0, 4).entries()) {
      const token = tokens[index] ?? ''
      expect(await statusOf(person, token)).to.deep.equal([200, null])
      const hold = async (): Promise<void> => {
        const exchange = await anExchange(person, application, 'git-upload-pack', { token })
        exchange.request.write(line(`want ${someId}\n`))
        held.push(exchange)
        // Its place may have been taken by a question that came in before it.
        void exchange.answer.then((begun) => (begun?.statusCode === 429 ? hold() : undefined))
      }
      for (let count = 0; count < 8; count += 1) await hold()
      // They come in on connections of their own: it is full once the next one is refused.
      while ((await statusOf(person, token))[0] === 200);
      expect(await statusOf(person, token)).to.deep.equal([429, '5'])
    }
    expect(await statusOf(people[4] ?? many.admin, tokens[4] ?? '')).to.deep.equal([503, '5'])
    for (const { request } of held) request.destroy()
    await own.close()
  })

  it('is told as what it is where a client goes away, or takes nothing more: no error of the server’s', async function () {
    this.timeout(300_000)
    const patient = await startServer()
    const many = await anOrganisation({ url: patient.url })
    const application = await anApplication(many)
    const clone = await cloneOf(many.admin, application)
    // More than the kernel keeps of a connection that nobody reads from.
    expect((await grow(clone, 20)).code).to.equal(0)
    const commit = (await clone.run('rev-parse', 'HEAD')).output.trim()
    await patient.app.close()
    const own = await startServer({ dataDir: patient.dataDir, env: { GIT_IDLE_S: '4' } })
    const { admin } = elsewhere(many, own.url)
    const leaving = await aSlowClone(admin, application, commit)
    leaving.leave()
    const waiting = await aSlowClone(admin, application, commit)
    for (const reason of ['client', 'idle']) {
      await logged(new RegExp(`"reason":"${reason}".*"${application.id}".*a clone or push was cut`))
    }
    expect(await waiting.isWhole()).to.equal(false)
    await own.close()
    await patient.close()
  })
})
