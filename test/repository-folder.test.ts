import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { type PushDocument, models as repositoryModels } from '../server/src/repositories/documents.ts'
import { anApplication } from './rig/applications.ts'
import { cloneOf, git, needsGit } from './rig/git.ts'
import { anOrganisation, apiOf, type TestOrganisation } from './rig/people.ts'
import { startServer, type TestServer } from './rig/server.ts'
import { expectServerError } from './rig/server-log.ts'

interface Told {
  readonly type: string
  readonly actor: { readonly id: string }
  readonly data: { readonly before: string | null; readonly after: string | null }
}

async function told(url: string, { admin, id }: TestOrganisation): Promise<readonly Told[]> {
  const api = apiOf(url, admin.session.accessToken)
  return (await api('GET', `/organisations/${id}/events?type=repository.*&limit=200`)).body.data
}

const folderOf = ({ dataDir }: Pick<TestServer, 'dataDir'>) => join(dataDir, 'repositories')
const pathOf = (server: Pick<TestServer, 'dataDir'>, application: string) =>
  join(folderOf(server), `${application}.git`)

async function pushedOnce(server: TestServer) {
  const acme = await anOrganisation({ url: server.url })
  const application = await anApplication(acme)
  const clone = await cloneOf(acme.admin, application)
  const commit = await clone.commit('Begin')
  await clone.run('push', 'origin', 'HEAD:main')
  return { acme, application, clone, commit }
}

/** As a server leaves it that dies once it has let a push through. */
const aPush = (application: string, account: { id: string; name: string }, before: string, after: string) =>
  ({
    _id: `psh_${Math.random().toString(36).slice(2)}`,
    application,
    actor: { id: account.id, name: account.name },
    updates: [{ ref: 'refs/heads/main', before, after }],
    dueAt: new Date(),
    endsBy: new Date(Date.now() + 60_000),
  }) satisfies PushDocument

describe('the folder of the repositories', () => {
  before(function () {
    needsGit(this)
  })

  it('that is empty as the server starts is not taken for the deletion of all that was in it', async () => {
    const first = await startServer()
    const { acme, application, commit } = await pushedOnce(first)
    const { pushes } = repositoryModels(first.app.connection)
    await pushes.create([aPush(application.id, acme.admin.account, commit, 'b'.repeat(40))])
    await first.app.close()
    await rename(folderOf(first), `${folderOf(first)}-aside`)
    await mkdir(folderOf(first))

    expectServerError(/The folder of the repositories is empty/)
    const second = await startServer({ dataDir: first.dataDir })
    expect(second.app.repositories).to.match(/where they are missing/)
    expect(await told(second.url, acme)).to.have.lengthOf(1)
    const api = apiOf(second.url, acme.admin.session.accessToken)
    const shown = await api('GET', `${application.path}/repository`)
    expect([shown.status, shown.body.code]).to.deep.equal([503, 'unavailable'])
    const cloning = cloneOf({ ...acme.admin, url: second.url, api }, application)
    const refused = await cloning.then(
      () => 'cloned',
      (error: Error) => error.message,
    )
    expect(refused).to.match(/The folder of the repositories is not there at the moment/)
    expect(await readdir(folderOf(first))).to.deep.equal([])

    // It is mounted: nothing needs to be started again.
    await rm(folderOf(first), { recursive: true })
    await rename(`${folderOf(first)}-aside`, folderOf(first))
    const again = await api('GET', `${application.path}/repository`)
    expect(again.body.branches.map(({ name }: { name: string }) => name)).to.deep.equal(['main'])
    expect(await told(second.url, acme)).to.have.lengthOf(1)
    await second.close()
  })

  it('in which one repository is missing gets no empty one in its place', async () => {
    const server = await startServer()
    const { acme, application } = await pushedOnce(server)
    await rm(pathOf(server, application.id), { recursive: true })
    const shown = await acme.admin.api('GET', `${application.path}/repository`)
    expect([shown.status, shown.body.detail]).to.deep.equal([503, 'The repository is not in its folder at the moment.'])
    expect(await told(server.url, acme)).to.have.lengthOf(1)
    await server.close()
  })

  it('of a version that made no mark is known by what is in it', async () => {
    const first = await startServer()
    const { acme, application } = await pushedOnce(first)
    await first.app.close()
    await rm(join(folderOf(first), '.rolecall'))
    const second = await startServer({ dataDir: first.dataDir })
    const api = apiOf(second.url, acme.admin.session.accessToken)
    expect((await api('GET', `${application.path}/repository`)).status).to.equal(200)
    expect(await readdir(folderOf(first))).to.include('.rolecall')
    await second.close()
  })
})

describe('what several pushes did before anybody looked', () => {
  before(function () {
    needsGit(this)
  })

  it('is told push by push, in the order of the branch, each in the name of who pushed', async () => {
    const first = await startServer()
    const { acme, application, clone, commit } = await pushedOnce(first)
    const [one, two] = [await acme.add('developer'), await acme.add('developer')]
    const commits = [commit, await clone.commit('One'), await clone.commit('Two'), await clone.commit('Three')]
    const path = pathOf(first, application.id)
    await git(path, 'fetch', '--quiet', clone.folder, 'HEAD')
    const { pushes } = repositoryModels(first.app.connection)
    const steps = [one, two, one].map(({ account }, at) =>
      aPush(application.id, account, commits[at] ?? '', commits[at + 1] ?? ''),
    )
    // In whatever order they are found.
    await pushes.create([...steps].reverse())
    await git(path, 'update-ref', 'refs/heads/main', commits[3] ?? '')
    await first.app.close()

    const second = await startServer({ dataDir: first.dataDir })
    const events = await told(second.url, acme)
    expect(events.map(({ actor, data }) => [data.before, data.after, actor.id])).to.deep.equal([
      [null, commits[0], acme.admin.account.id],
      [commits[0], commits[1], one.account.id],
      [commits[1], commits[2], two.account.id],
      [commits[2], commits[3], one.account.id],
    ])
    await second.close()
  })
})
