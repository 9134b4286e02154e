import { execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { deferred } from '../server/src/log/deferred.ts'
import { createLogger } from '../server/src/logger.ts'
import { createDefaultBranch } from '../server/src/repositories/default-branch.ts'
import { models, type PushDocument } from '../server/src/repositories/documents.ts'
import { findGit } from '../server/src/repositories/git.ts'
import { writeHead } from '../server/src/repositories/head.ts'
import { createStorage } from '../server/src/repositories/storage.ts'
import { anApplication } from './rig/applications.ts'
import { cloneOf, git, needsGit } from './rig/git.ts'
import { connectLive } from './rig/live.ts'
import { type Answer, anOrganisation, elsewhere, type TestOrganisation } from './rig/people.ts'
import { anEmptyFolder } from './rig/program.ts'
import { sharedServer, startServer } from './rig/server.ts'

const told = ({ status, body }: Answer) => [status, body?.code ?? body.defaultBranch]

async function updates({ admin, id }: TestOrganisation) {
  const { body } = await admin.api('GET', `/organisations/${id}/events?type=repository.updated`)
  return body.data.map(({ data }: { data: { before: object; after: object } }) => [data.before, data.after])
}

async function withBranches(acme: TestOrganisation, ...branches: readonly string[]) {
  const application = await anApplication(acme)
  const clone = await cloneOf(acme.admin, application)
  if (branches.length > 0) {
    await clone.commit('Begin')
    await clone.run('push', 'origin', ...branches.map((branch) => `HEAD:refs/heads/${branch}`))
  }
  const path = `${application.path}/repository`
  return { application, clone, path, choose: (name: string) => acme.admin.api('PATCH', path, { defaultBranch: name }) }
}

const headOf = async (dataDir: string, { id }: { readonly id: string }) =>
  readFile(join(dataDir, 'repositories', `${id}.git`, 'HEAD'), 'utf8')

describe('choosing the default branch of a repository', () => {
  before(function () {
    needsGit(this)
  })

  it('has clones check it out, and shows it to whoever may see the repository, live', async () => {
    const acme = await anOrganisation()
    const { application, path, choose } = await withBranches(acme, 'main', 'next/2')
    const developer = await acme.add('developer')
    const live = await connectLive(developer)
    await live.subscribe(acme.id)
    const answer = await choose('next/2')
    expect(told(answer)).to.deep.equal([200, 'next/2'])
    const { body: event } = await live.until(({ body }) => body.type === 'repository.updated')
    expect(event.data).to.deep.equal({
      application: { id: application.id, name: application.name },
      before: { defaultBranch: 'main' },
      after: { defaultBranch: 'next/2' },
    })
    const { body } = await developer.api('GET', path)
    expect([body.defaultBranch, body.branches[0].name]).to.deep.equal(['next/2', 'next/2'])
    const clone = await cloneOf(developer, application)
    expect((await clone.run('branch', '--show-current')).output).to.equal('next/2\n')

    const same = await choose('next/2')
    expect(same.headers.get('Rolecall-Seq')).to.equal(answer.headers.get('Rolecall-Seq'))
    expect(await updates(acme)).to.have.lengthOf(1)
  })

  it('is for those who may change the application and see the repository', async () => {
    const acme = await anOrganisation()
    const { path } = await withBranches(acme, 'main', 'side')
    const { body: role } = await acme.admin.api('POST', `/organisations/${acme.id}/roles`, {
      name: 'Namer',
      permissions: ['application:read', 'application:update'],
    })
    for (const someone of [await acme.add('developer'), await acme.add(role.id)]) {
      for (const defaultBranch of ['side', 'none']) {
        expect(told(await someone.api('PATCH', path, { defaultBranch }))).to.deep.equal([403, 'forbidden'])
      }
    }
    const manager = await acme.add('manager')
    expect(told(await manager.api('PATCH', path, { defaultBranch: 'side' }))).to.deep.equal([200, 'side'])
  })

  it('refuses a branch that there is not, and what git takes for no name', async () => {
    const acme = await anOrganisation()
    const { clone, path, choose } = await withBranches(acme, 'main', 'gone')
    await clone.run('push', 'origin', 'HEAD:refs/tags/v1', ':gone')
    for (const name of ['none', 'v1', 'gone', 'refs/heads/main', 'MAIN']) {
      expect(told(await choose(name)), name).to.deep.equal([409, 'branch_not_found'])
    }
    const noNames = ['', '-x', 'HEAD', 'a b', 'a..b', '.a', 'a.lock', 'a/', '/a', 'a//b', 'a@{b', 'a~1', 'a\nb']
    for (const name of [...noNames, 'x'.repeat(240), 'a\ufffd']) {
      expect(told(await choose(name)), JSON.stringify(name)).to.deep.equal([400, 'invalid_request'])
    }
    expect((await acme.admin.api('GET', path)).body.defaultBranch).to.equal('main')
    expect(await updates(acme)).to.deep.equal([])
  })

  it('takes any name while nothing was pushed; then what there is is checked out', async () => {
    const acme = await anOrganisation()
    const { application, path, choose } = await withBranches(acme)
    expect(told(await choose('trunk'))).to.deep.equal([200, 'trunk'])
    expect((await acme.admin.api('GET', path)).body.defaultBranch).to.equal('trunk')
    const clone = await cloneOf(acme.admin, application)
    expect((await clone.run('branch', '--show-current')).output).to.equal('trunk\n')
    await clone.commit('Begin')
    await clone.run('push', 'origin', 'HEAD:other')
    expect((await acme.admin.api('GET', path)).body.defaultBranch).to.equal('other')
  })

  it('lets the former one be deleted, and not the one that was chosen', async () => {
    const acme = await anOrganisation()
    const { clone, choose } = await withBranches(acme, 'main', 'side')
    await choose('side')
    const refused = await clone.run('push', 'origin', ':side')
    expect(refused.code).to.equal(1)
    expect(refused.output).to.include('remote: side is the default branch and cannot be deleted. Choose another one')
    expect((await clone.run('push', 'origin', ':main')).code).to.equal(0)
  })

  it('tells of many at the same time one after the other, and ends with the last', async () => {
    const acme = await anOrganisation()
    const names = ['a', 'b', 'c', 'd', 'e']
    const { application, path, choose } = await withBranches(acme, 'main', ...names)
    const answers = await Promise.all(names.map(choose))
    expect(answers.map(told)).to.have.deep.members(names.map((name) => [200, name]))
    const steps: { defaultBranch: string }[][] = await updates(acme)
    expect(steps).to.have.lengthOf(5)
    const chain = ['main', ...steps.map(([, after]) => after?.defaultBranch)]
    expect(steps.map(([before]) => before?.defaultBranch)).to.deep.equal(chain.slice(0, -1))
    const last = chain.at(-1)
    expect((await acme.admin.api('GET', path)).body.defaultBranch).to.equal(last)
    expect(await headOf((await sharedServer()).dataDir, application)).to.equal(`ref: refs/heads/${last}\n`)
  })

  it('is done by the next start where a killed server has only told of it', async () => {
    const dataDir = await anEmptyFolder()
    const server = await startServer({ dataDir, env: { MONGODB_URI: '' } })
    const acme = await anOrganisation({ url: server.url })
    const { application, path } = await withBranches(acme, 'main', 'side')
    // What the transaction leaves, and nobody after it.
    const repositories = server.app.connection.collection<{ _id: string }>('repositories')
    await repositories.updateOne({ _id: application.id }, { $set: { chosenBranch: 'side' } })
    expect((await acme.admin.api('GET', path)).body.defaultBranch, 'at once').to.equal('side')
    await server.close()
    expect(await headOf(dataDir, application)).to.equal('ref: refs/heads/main\n')
    const again = await startServer({ dataDir, env: { MONGODB_URI: '' } })
    expect(await headOf(dataDir, application)).to.equal('ref: refs/heads/side\n')
    expect((await elsewhere(acme, again.url).admin.api('GET', path)).body.defaultBranch).to.equal('side')
    const left = again.app.connection.collection('repositories').countDocuments({ chosenBranch: { $exists: true } })
    expect(await left).to.equal(0)
    await again.close()
  })

  it('stays chosen where who settled an earlier choice of the same branch comes late', async () => {
    const acme = await anOrganisation()
    const { application, path, choose } = await withBranches(acme, 'main', 'side', 'other')
    const { app, dataDir } = await sharedServer()
    const known = models(app.connection)
    const { repositories } = known
    // What the transaction leaves, and whoever settles it.
    const chosen = () =>
      repositories.updateOne({ _id: application.id }, { $set: { chosenBranch: 'side' }, $inc: { version: 1 } })
    const git = await findGit()
    if (git === undefined) throw new Error('git is there no more')
    const [held, letGo] = [deferred<void>(), deferred<void>()]
    const slow: typeof git = {
      ...git,
      async run(...given) {
        held.resolve()
        await letGo.promise
        return git.run(...given)
      },
    }
    const late = createDefaultBranch({
      models: known,
      git: slow,
      storage: createStorage({ root: join(dataDir, 'repositories'), git, told: async () => [] }),
      lifeMs: 60_000,
      now: () => new Date(),
      logger: createLogger('error'),
    })
    await chosen()
    const settling = late.settle(application.id)
    await held.promise
    expect(await headOf(dataDir, application)).to.equal('ref: refs/heads/side\n')
    expect(told(await choose('other'))).to.deep.equal([200, 'other'])
    await chosen()
    letGo.resolve()
    await settling
    expect((await acme.admin.api('GET', path)).body.defaultBranch).to.equal('side')
    await late.settle(application.id)
    expect(await headOf(dataDir, application)).to.equal('ref: refs/heads/side\n')
    expect(await repositories.countDocuments({ _id: application.id, chosenBranch: 'side' })).to.equal(0)
  })

  it('is the first one that was pushed also where the server died just after', async () => {
    const first = await startServer()
    const acme = await anOrganisation({ url: first.url })
    const { application, clone, path } = await withBranches(acme)
    // As a server leaves it that dies once git has made the branch.
    const commit = await clone.commit('Begin')
    const repository = join(first.dataDir, 'repositories', `${application.id}.git`)
    await git(repository, 'fetch', '--quiet', clone.folder, 'HEAD')
    const { id, name } = acme.admin.account
    const push: PushDocument = {
      _id: 'psh_left',
      application: application.id,
      actor: { id, name },
      updates: [{ ref: 'refs/heads/trunk', after: commit }],
      // Later than this server looks: the next one does as it starts.
      dueAt: new Date(Date.now() + 60_000),
      endsBy: new Date(),
    }
    await first.app.connection.collection<PushDocument>('pushes').insertOne(push)
    await git(repository, 'update-ref', 'refs/heads/trunk', commit)
    await first.app.close()

    const second = await startServer({ dataDir: first.dataDir })
    expect(await headOf(first.dataDir, application)).to.equal('ref: refs/heads/trunk\n')
    expect((await elsewhere(acme, second.url).admin.api('GET', path)).body.defaultBranch).to.equal('trunk')
    await second.close()
    await first.close()
  })

  it('keeps nobody from pushing to it while it is being written', async () => {
    const acme = await anOrganisation()
    const { application, clone } = await withBranches(acme, 'main')
    await clone.commit('Go on')
    const { dataDir } = await sharedServer()
    let pushing: ReturnType<typeof clone.run> | undefined
    await writeHead(join(dataDir, 'repositories', `${application.id}.git`), async () => {
      pushing = clone.run('push', 'origin', 'HEAD:main')
      // Git’s own patience is a tenth of that; a slower machine only sees less.
      await Promise.race([pushing, pause(1_000)])
      return undefined
    })
    expect(await pushing).to.include({ code: 0 })
  })

  it('takes the places of those who read, of which there are not any number', async () => {
    const acme = await anOrganisation()
    const { choose } = await withBranches(acme, 'main')
    const [folder, path = ''] = [await anEmptyFolder(), process.env.PATH]
    const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim()
    const seen = join(folder, 'seen')
    const slowly = [`echo + >> "${seen}"`, 'sleep 0.3', `${real} "$@"`, 'code=$?', `echo - >> "${seen}"`, 'exit $code']
    await writeFile(join(folder, 'git'), `#!/bin/sh\n${slowly.join('\n')}\n`, { mode: 0o755 })
    process.env.PATH = `${folder}${delimiter}${path}`
    const answers = await Promise.all(Array.from({ length: 20 }, () => choose('main'))).finally(() => {
      process.env.PATH = path
    })
    expect(answers.map(told)).to.deep.equal(Array(20).fill([200, 'main']))
    let running = 0
    const atOnce = (await readFile(seen, 'utf8')).split('\n').map((sign) => {
      running += sign === '+' ? 1 : sign === '-' ? -1 : 0
      return running
    })
    expect(Math.max(...atOnce)).to.be.within(1, 8)
  })
})
