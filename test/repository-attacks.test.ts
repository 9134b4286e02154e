import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { models as repositoryModels } from '../server/src/repositories/documents.ts'
import { findGit } from '../server/src/repositories/git.ts'
import { removeDeleted } from '../server/src/repositories/remove-deleted.ts'
import { createStorage } from '../server/src/repositories/storage.ts'
import { anApplication } from './rig/applications.ts'
import { aClone, aToken, cloneOf, needsGit, remoteOf } from './rig/git.ts'
import { aHoldingProxy } from './rig/holding-proxy.ts'
import { anOrganisation, type Person } from './rig/people.ts'
import { sharedServer, startServer } from './rig/server.ts'

interface Raw {
  readonly status: number
  readonly body: string
}

/** Sent as it is written: `fetch` would tidy the path up. */
async function raw(person: Person, path: string, token: string, headers: Record<string, string> = {}): Promise<Raw> {
  const { hostname, port } = new URL(person.url)
  const auth = `${person.email}:${token}`
  return new Promise((resolve, reject) => {
    const asking = request({ hostname, port, path, auth, headers }, async (answer) =>
      resolve({ status: answer.statusCode ?? 0, body: await text(answer) }),
    )
    asking.on('error', reject).end()
  })
}

describe('the repositories of a server', () => {
  before(function () {
    needsGit(this)
  })

  it('open nothing but the three services of smart HTTP', async () => {
    const acme = await anOrganisation()
    const { admin } = acme
    const { id } = await anApplication(acme)
    const token = await aToken(admin)
    const base = `/git/${acme.id}`
    expect((await raw(admin, `${base}/${id}.git/info/refs?service=git-upload-pack`, token)).status).to.equal(200)
    for (const path of [
      `${base}/${id}.git/HEAD`,
      `${base}/${id}.git/config`,
      `${base}/${id}.git/objects/info/packs`,
      `${base}/${id}/info/refs?service=git-upload-pack`,
      `${base}/..%2f..%2fetc.git/info/refs?service=git-upload-pack`,
      `${base}/../${id}.git/info/refs?service=git-upload-pack`,
      `${base}/${id}.git%2f..%2f${id}.git/info/refs?service=git-upload-pack`,
      `${base}/${id.toUpperCase()}.git/info/refs?service=git-upload-pack`,
      `${base}/.git/info/refs?service=git-upload-pack`,
    ]) {
      expect((await raw(admin, path, token)).status, path).to.equal(404)
    }
    for (const service of ['', '?service=', '?service=git-upload-archive', '?service=constructor', '?service=../x']) {
      expect((await raw(admin, `${base}/${id}.git/info/refs${service}`, token)).status, service).to.equal(400)
    }
  })

  it('hand nothing of a client’s to git but the version of the protocol that it asks for', async () => {
    const acme = await anOrganisation()
    const { id } = await anApplication(acme)
    const token = await aToken(acme.admin)
    const path = `/git/${acme.id}/${id}.git/info/refs?service=git-upload-pack`
    const second = await raw(acme.admin, path, token, { 'Git-Protocol': 'version=2' })
    expect(second.body).to.include('version 2')
    for (const value of ['version=2;$(touch /tmp/x)', `version=2:${'x'.repeat(200)}`, '-c core.hooksPath=/tmp']) {
      const answer = await raw(acme.admin, path, token, { 'Git-Protocol': value, GIT_DIR: '/tmp', Proxy: 'http://x' })
      expect([answer.status, answer.body.includes('version 2')], value).to.deep.equal([200, false])
    }
  })

  it('take branches and tags only, under names that show what they are', async () => {
    const acme = await anOrganisation()
    const clone = await cloneOf(acme.admin, await anApplication(acme))
    await clone.commit('Begin')
    for (const ref of [
      'refs/meta/config',
      'refs/notes/commits',
      'refs/heads/a\u202eb',
      `refs/heads/${'x'.repeat(245)}`,
    ]) {
      const { code, output } = await clone.run('push', 'origin', `HEAD:${ref}`)
      expect(code, ref).not.to.equal(0)
      expect(output, ref).to.match(/Only branches and tags|hook declined|funny refname/)
    }
    expect((await clone.run('ls-remote', 'origin')).output).to.equal('')
  })

  it('refuse what would write into .git where it is checked out', async () => {
    const acme = await anOrganisation()
    const clone = await cloneOf(acme.admin, await anApplication(acme))
    await writeFile(join(clone.folder, 'evil'), '[core]\n')
    const blob = (await clone.run('hash-object', '-w', 'evil')).output.trim()
    const entry = Buffer.concat([Buffer.from('100644 .git\0'), Buffer.from(blob, 'hex')])
    await writeFile(join(clone.folder, 'tree'), entry)
    const tree = (await clone.run('hash-object', '-w', '-t', 'tree', '--literally', 'tree')).output.trim()
    const commit = (await clone.run('commit-tree', '-m', 'Evil', tree)).output.trim()
    const { code, output } = await clone.run('push', 'origin', `${commit}:refs/heads/main`)
    expect(code).not.to.equal(0)
    expect(output).to.match(/hasDotgit/)
    expect((await clone.run('ls-remote', 'origin')).output).to.equal('')
  })

  it('run no hook that lies in a repository, and no configuration of the machine’s user', async () => {
    const { dataDir } = await sharedServer()
    const acme = await anOrganisation()
    const { id } = await anApplication(acme)
    const clone = await cloneOf(acme.admin, { id, organisation: acme.id })
    const path = join(dataDir, 'repositories', `${id}.git`)
    // Nobody can put one there by pushing. Should one lie there all the same, it rests.
    await mkdir(join(path, 'hooks'))
    for (const hook of ['pre-receive', 'update', 'post-receive', 'post-update']) {
      await writeFile(join(path, 'hooks', hook), `#!/bin/sh\ntouch '${path}/ran'\n`, { mode: 0o755 })
    }
    await clone.commit('Begin')
    expect((await clone.run('push', 'origin', 'HEAD:main')).code).to.equal(0)
    expect(await readdir(path)).not.to.include('ran')
    expect(await readFile(join(path, 'config'), 'utf8')).not.to.include('user')
  })

  it('take no more than a push and a repository may have', async () => {
    const server = await startServer({ env: { MAX_PUSH_MB: '2', MAX_REPOSITORY_MB: '3' } })
    const acme = await anOrganisation({ url: server.url })
    const clone = await cloneOf(acme.admin, await anApplication(acme))
    const add = async (megabytes: number) => {
      await writeFile(
        join(clone.folder, `${megabytes}-${Math.random()}`),
        randomBytes(Math.round(megabytes * 1_000_000)),
      )
      await clone.commit('Grow')
      return clone.run('push', 'origin', 'HEAD:main')
    }
    const tooMuch = await add(3)
    expect([tooMuch.code === 0, /exceeds maximum allowed size/.test(tooMuch.output)]).to.deep.equal([false, true])
    await clone.run('reset', '--quiet', '--hard', 'origin/main')
    await clone.run('update-ref', '-d', 'HEAD')
    await clone.run('rm', '-rfq', '.')
    expect((await add(1.5)).code).to.equal(0)
    expect((await add(1.2)).code).to.equal(0)
    const full = await add(0.5)
    expect([full.code === 0, /would take more than the 3 MB/.test(full.output)]).to.deep.equal([false, true])
    await server.close()
  })

  it('end what takes longer than it may', async () => {
    const server = await startServer({ env: { GIT_TIMEOUT_S: '6' } })
    const acme = await anOrganisation({ url: server.url })
    const application = await anApplication(acme)
    const proxy = await aHoldingProxy(server.url)
    const remote = remoteOf({ ...acme.admin, url: proxy.url }, acme.id, application.id, await aToken(acme.admin))
    const clone = await aClone(remote)
    await clone.commit('Begin')
    const pushing = clone.run('push', 'origin', 'HEAD:main')
    await proxy.held
    expect((await pushing).code).not.to.equal(0)
    expect((await acme.admin.api('GET', `${application.path}/repository`)).body.branches).to.deep.equal([])
    await server.close()
  })

  it('lie in a folder of the setting, and go with their applications', async () => {
    let now = new Date()
    const server = await startServer({ now: () => now })
    const acme = await anOrganisation({ url: server.url })
    const application = await anApplication(acme)
    const clone = await cloneOf(acme.admin, application)
    await clone.commit('Begin')
    await clone.run('push', 'origin', 'HEAD:main')
    await acme.admin.api('DELETE', application.path)
    const root = join(server.dataDir, 'repositories')
    const models = repositoryModels(server.app.connection)
    const storage = createStorage({ root, git: await findGit(), told: async () => [] })
    const job = removeDeleted({ models, storage, now: () => now })
    await job.run(new AbortController().signal)
    expect(await readdir(root)).to.deep.equal(['.rolecall', `${application.id}.git`])
    now = new Date(now.getTime() + 24 * 60 * 60 * 1_000)
    await job.run(new AbortController().signal)
    expect([await readdir(root), await models.repositories.countDocuments()]).to.deep.equal([['.rolecall'], 0])
    await server.close()
  })
})

describe('a server without git', () => {
  it('says so at its start and answers 501 for repositories, while applications go on', async () => {
    const path = process.env.PATH
    process.env.PATH = '/nonexistent'
    const starting = startServer()
    const server = await starting.finally(() => {
      process.env.PATH = path
    })
    expect(server.app.repositories).to.match(/^is not installed/)
    const acme = await anOrganisation({ url: server.url })
    const { id, path: at } = await anApplication(acme)
    const shown = await acme.admin.api('GET', `${at}/repository`)
    expect([shown.status, shown.body.code]).to.deep.equal([501, 'git_missing'])
    const answer = await fetch(`${server.url}/git/${acme.id}/${id}.git/info/refs?service=git-upload-pack`)
    expect([answer.status, (await answer.json()).code]).to.deep.equal([501, 'git_missing'])
    await server.close()
  })
})
