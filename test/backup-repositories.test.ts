import { execFileSync } from 'node:child_process'
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { sumOf } from '../server/src/backup/parts.ts'
import { openBackupFile } from '../server/src/backup/read-file.ts'
import { branchesNow, knownRepositories, repositoryParts } from '../server/src/backup/repositories.ts'
import { restoreBackup } from '../server/src/backup/restore.ts'
import { planKey } from '../server/src/backup/secret-key.ts'
import { withSnapshot } from '../server/src/backup/snapshot.ts'
import { readConfig } from '../server/src/config.ts'
import { openDatabase } from '../server/src/database/database.ts'
import { createLogger } from '../server/src/logger.ts'
import { anApplication } from './rig/applications.ts'
import { anEmptyDatabase } from './rig/database.ts'
import { type Clone, cloneOf, needsGit } from './rig/git.ts'
import { anOrganisation, apiOf, elsewhere, type TestOrganisation } from './rig/people.ts'
import { anEmptyFolder, killedAfter, runProgram } from './rig/program.ts'
import { untilSome } from './rig/sending.ts'
import { startServer, type TestServer, testEnvironment } from './rig/server.ts'

const embedded = { MONGODB_URI: '' }

interface Pushed {
  readonly server: TestServer
  readonly acme: TestOrganisation
  readonly application: Awaited<ReturnType<typeof anApplication>>
  readonly clone: Clone
  /** The commit that `main` has. */
  readonly commit: string
}

async function pushed(clone: Clone, ...refs: readonly string[]): Promise<void> {
  const { code, output } = await clone.run('push', 'origin', ...refs)
  expect(code, output).to.equal(0)
}

/** A server with a repository that has two branches and a tag of its own. */
async function aRepository(): Promise<Pushed> {
  const server = await startServer({ dataDir: await anEmptyFolder(), env: embedded })
  const acme = await anOrganisation({ url: server.url })
  const application = await anApplication(acme)
  const clone = await cloneOf(acme.admin, application)
  await clone.commit('Begin')
  await clone.run('branch', 'other')
  const commit = await clone.commit('Go on')
  await clone.run('tag', '-a', 'v1', '-m', 'The first')
  await pushed(clone, 'main', 'other', 'v1')
  return { server, acme, application, clone, commit }
}

async function backUp(dataDir: string, ...more: readonly string[]) {
  const path = join(await anEmptyFolder(), 'with.backup')
  return { path, ...(await runProgram({ name: 'backup', args: ['--to', path, ...more], dataDir })) }
}

async function restored(path: string): Promise<{ readonly dataDir: string; readonly stdout: string }> {
  const dataDir = await anEmptyFolder()
  const { code, stdout, stderr } = await runProgram({ name: 'restore', args: ['--from', path], dataDir })
  expect([code, stderr]).to.deep.equal([0, ''])
  return { dataDir, stdout }
}

const folderOf = (dataDir: string, { id }: { readonly id: string }) => join(dataDir, 'repositories', `${id}.git`)
const inFolder = (folder: string, ...command: readonly string[]) =>
  execFileSync('git', ['-c', `safe.directory=${folder}`, '--git-dir', folder, ...command], { encoding: 'utf8' }).trim()

const eventsOf = async ({ admin, id }: TestOrganisation, type: string) =>
  (await admin.api('GET', `/organisations/${id}/events?type=${type}`)).body.data

describe('repositories in a backup', function () {
  this.timeout(400_000)
  before(function () {
    needsGit(this)
  })

  it('are as the log has them at that moment, with all their branches and tags', async () => {
    const { server, acme, application, clone, commit } = await aRepository()
    const told = await acme.admin.api('GET', `${application.path}/repository`)
    const { path, code, stdout, stderr } = await backUp(server.dataDir)
    expect([code, stderr]).to.deep.equal([0, ''])
    expect(stdout).to.include(`repository ${application.id}`)
    await clone.commit('After the backup')
    await pushed(clone, 'main')
    await server.close()

    const { dataDir } = await restored(path)
    const folder = folderOf(dataDir, application)
    expect(inFolder(folder, 'for-each-ref', '--format=%(refname)').split('\n')).to.deep.equal([
      'refs/heads/main',
      'refs/heads/other',
      'refs/tags/v1',
    ])
    expect(inFolder(folder, 'fsck', '--strict', '--full')).to.equal('')
    expect(inFolder(folder, 'cat-file', '-t', 'v1')).to.equal('tag')
    const again = await startServer({ dataDir, env: embedded })
    const there = elsewhere(acme, again.url)
    const toldAgain = await there.admin.api('GET', `${application.path}/repository`)
    expect(toldAgain.text.replaceAll(again.url, server.url)).to.equal(told.text)
    const second = await cloneOf(there.admin, application)
    expect((await second.run('rev-parse', 'HEAD')).output.trim()).to.equal(commit)
    await second.commit('Another way')
    await pushed(second, 'main')
    const events = await eventsOf(there, 'repository.pushed')
    expect(events.at(-1).data).to.deep.include({ branch: 'main', before: commit })
    await again.close()
  })

  it('hold a push of which a killed server had not told yet, which the next start tells', async () => {
    const { server, acme, application, clone, commit } = await aRepository()
    const { account } = acme.admin
    await clone.run('checkout', '--quiet', 'other')
    const late = await clone.commit('Never told')
    await clone.run('checkout', '--quiet', 'main')
    const folder = folderOf(server.dataDir, application)
    await clone.run('push', '--quiet', folder, `${late}:refs/heads/late`)
    await server.app.connection.collection<{ _id: string }>('pushes').insertOne({
      _id: 'psh_1',
      application: application.id,
      actor: { id: account.id, name: account.name },
      updates: [{ ref: 'refs/heads/late', after: late }],
      dueAt: new Date(Date.now() + 3_600_000),
      endsBy: new Date(Date.now() - 1_000),
    } as { _id: string })
    const { path } = await backUp(server.dataDir)
    await server.close()

    const { dataDir } = await restored(path)
    const again = await startServer({ dataDir, env: embedded })
    await untilSome(again, 'events', { log: acme.id, type: 'repository.pushed', 'data.branch': 'late' })
    const [event] = (await eventsOf(elsewhere(acme, again.url), 'repository.pushed')).slice(-1)
    expect(event).to.deep.include({ actor: { kind: 'account', id: account.id, name: account.name } })
    expect(event.data).to.deep.include({ after: late })
    expect(inFolder(folderOf(dataDir, application), 'rev-parse', 'main')).to.equal(commit)
    await again.close()
  })

  it('that cannot be read stop it, by name; without them it is made, and says so', async () => {
    const { server, application } = await aRepository()
    const folder = folderOf(server.dataDir, application)
    await rename(folder, `${folder}.away`)
    const refused = await backUp(server.dataDir)
    expect(refused.code).to.equal(2)
    expect(refused.stderr).to.include(folder).and.to.include('--without-repositories')
    expect(await readdir(join(refused.path, '..'))).to.deep.equal([])
    const without = await backUp(server.dataDir, '--without-repositories')
    expect(without.code).to.equal(0)
    await server.close()
    const { dataDir, stdout } = await restored(without.path)
    expect(stdout).to.include('made without repositories').and.to.include('Put the folder of repositories back')
    expect(await readdir(dataDir)).to.have.members(['database', 'secret.key'])
  })

  it('are put into no folder that has some already', async () => {
    const { server } = await aRepository()
    const { path } = await backUp(server.dataDir)
    await server.close()
    const other = await aRepository()
    await other.server.close()
    const [dataDir, occupied] = [await anEmptyFolder(), join(other.server.dataDir, 'repositories')]
    const before = inFolder(folderOf(other.server.dataDir, other.application), 'for-each-ref')
    const env = { REPOSITORIES_DIR: occupied }
    const { code, stderr } = await runProgram({ name: 'restore', args: ['--from', path], dataDir, env })
    expect([code, stderr.includes(`There are repositories in ${occupied} already`)], stderr).to.deep.equal([2, true])
    expect(inFolder(folderOf(other.server.dataDir, other.application), 'for-each-ref')).to.equal(before)
  })

  it('of others are let be by a restore that is repeated for another folder or of another file', async () => {
    const [one, other] = [await aRepository(), await aRepository()]
    const [first, second] = [await backUp(one.server.dataDir), await backUp(other.server.dataDir)]
    await one.server.close()
    await other.server.close()
    const [dataDir, uri] = [await anEmptyFolder(), await anEmptyDatabase()]
    const key = (await readFile(join(other.server.dataDir, 'secret.key'), 'utf8')).trim()
    const restore = { name: 'restore', dataDir, env: { MONGODB_URI: uri } } as const
    expect(await killedAfter(/repository app_/, { ...restore, args: ['--from', first.path] })).to.equal(true)

    const occupied = join(other.server.dataDir, 'repositories')
    const before = await readdir(occupied)
    const env = { MONGODB_URI: uri, SECRET_KEY: key }
    const elsewhere = await runProgram({
      ...{ ...restore, args: ['--from', second.path] },
      env: { ...env, REPOSITORIES_DIR: occupied },
    })
    expect([elsewhere.code, elsewhere.stderr.includes('There are repositories in')]).to.deep.equal([2, true])
    expect(await readdir(occupied)).to.deep.equal(before)

    const again = await runProgram({ ...restore, args: ['--from', second.path], env })
    expect([again.code, again.stderr]).to.deep.equal([0, ''])
    expect(await readdir(join(dataDir, 'repositories'))).to.have.members(['.rolecall', `${other.application.id}.git`])
  })

  it('that a restore has put there are no obstacle to its repetition where it was killed as it ended', async () => {
    const { server, acme, application, commit } = await aRepository()
    const { path } = await backUp(server.dataDir)
    await server.close()
    const dataDir = await anEmptyFolder()
    const folder = join(dataDir, 'repositories')
    const config = readConfig({ ...testEnvironment(dataDir), MONGODB_URI: '' })
    const file = await openBackupFile(path)
    const database = await openDatabase(config, createLogger('error'))
    const marks = database.connection.collection<{ _id: string; run: string }>('meta')
    const putKey = await planKey(config, file.manifest)
    let run = ''
    // With another mark it cannot finish: the folder is as it is where a run is killed just before that.
    const unfinished = {
      ...file,
      async *parts() {
        yield* file.parts()
        const mark = await marks.findOneAndUpdate({ _id: 'unfinished' }, { $set: { run: 'another' } })
        run = mark?.run ?? ''
      },
    }
    const request = { config, connection: database.connection, putKey, onPart: () => undefined }
    const reason = await restoreBackup(unfinished, request).then(() => 'nothing', String)
    expect(reason).to.include('Another process fills the same database')
    await marks.updateOne({ _id: 'unfinished' }, { $set: { run } })
    await database.close()
    expect(await readdir(folder)).to.include(`${application.id}.git`)
    const refusal = await startServer({ dataDir, env: embedded }).then(() => 'it started', String)
    expect(refusal).to.include('These data are not whole: npm run restore')

    const restore = { name: 'restore', args: ['--from', path], dataDir } as const
    const again = await runProgram(restore)
    expect([again.code, again.stderr]).to.deep.equal([0, ''])
    expect(await readdir(folder)).to.have.members(['.rolecall', `${application.id}.git`])

    // And where it was killed once it was whole, nothing of it is ever removed.
    await writeFile(join(folder, '.restored'), `Put here by npm run restore, run ${run}\n`)
    const elsewhere = { MONGODB_URI: await anEmptyDatabase() }
    const other = await runProgram({ ...restore, env: elsewhere })
    expect([other.code, other.stderr.includes('There are repositories in')]).to.deep.equal([2, true])
    const started = await startServer({ dataDir, env: embedded })
    const { body } = await apiOf(started.url, acme.admin.session.accessToken)('GET', `${application.path}/repository`)
    expect(body.branches[0].commit.id).to.equal(commit)
    await started.close()
  })

  it('that a server serves are never removed, though a restore that was given up had filled their folder', async () => {
    const { server } = await aRepository()
    const { path } = await backUp(server.dataDir)
    await server.close()
    const dataDir = await anEmptyFolder()
    const restore = { name: 'restore', args: ['--from', path], dataDir } as const
    expect(await killedAfter(/repository app_/, restore)).to.equal(true)
    await rm(join(dataDir, 'database'), { recursive: true })

    const anew = await startServer({ dataDir, env: embedded })
    const acme = await anOrganisation({ url: anew.url })
    const own = await anApplication(acme)
    const second = await cloneOf(acme.admin, own)
    const commit = await second.commit('Begin')
    await pushed(second, 'main')
    await anew.close()
    const other = await runProgram({ ...restore, env: { MONGODB_URI: await anEmptyDatabase() } })
    expect([other.code, other.stderr.includes('There are repositories in')], other.stderr).to.deep.equal([2, true])
    expect(inFolder(folderOf(dataDir, own), 'rev-parse', 'main')).to.equal(commit)
  })

  it('that are deleted, or a branch of them, while it is made do not stop it, and are told of', async () => {
    const { server, acme, application, clone } = await aRepository()
    await clone.run('checkout', '--quiet', '-b', 'late')
    await clone.commit('Soon gone')
    await pushed(clone, 'late')
    const other = await anApplication(acme)
    const second = await cloneOf(acme.admin, other)
    await second.commit('Soon gone')
    await pushed(second, 'main')
    const { connection } = server.app
    const [packed, told]: [unknown, string[]] = await withSnapshot(connection, async (snapshot) => {
      const now = branchesNow(connection)
      const found = await knownRepositories(snapshot, { dataDir: server.dataDir, repositoriesDir: undefined }, now)
      if (found === undefined) throw new Error('there are repositories')
      expect((await acme.admin.api('DELETE', other.path)).status).to.be.lessThan(300)
      await rm(folderOf(server.dataDir, other), { recursive: true })
      await pushed(clone, ':late')
      inFolder(folderOf(server.dataDir, application), 'gc', '--quiet', '--prune=now')
      const [parts, heard]: [unknown[], string[]] = [[], []]
      for await (const { shape, pieces } of repositoryParts(found.folder, found.known, now, (what) =>
        heard.push(what),
      )) {
        const { bytes } = await sumOf(pieces)
        parts.push([shape.application, shape.refs.map(({ name }) => name).sort(), bytes > 0])
      }
      return [parts, heard]
    })
    expect(packed).to.deep.equal([[application.id, ['refs/heads/main', 'refs/heads/other', 'refs/tags/v1'], true]])
    expect(told.sort()).to.deep.equal(
      [
        `repository ${application.id}: refs/heads/late is left out, since it was deleted meanwhile`,
        `repository ${other.id} is left out: its application was deleted meanwhile`,
      ].sort(),
    )
    await server.close()
  })
})
