import { once } from 'node:events'
import { watch } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import type { PushDocument } from '../server/src/repositories/documents.ts'
import { anApplication } from './rig/applications.ts'
import { aClone, aToken, cloneOf, git, needsGit, remoteOf, untilArriving } from './rig/git.ts'
import { aHoldingProxy } from './rig/holding-proxy.ts'
import { connectLive } from './rig/live.ts'
import { anOrganisation, apiOf, type TestOrganisation } from './rig/people.ts'
import { startServerProcess } from './rig/process.ts'
import { sharedServer, startServer } from './rig/server.ts'

interface Told {
  readonly branch: string
  readonly before: string | null
  readonly after: string | null
  readonly by: string
}

async function told({ admin, id }: TestOrganisation): Promise<Told[]> {
  const { body } = await admin.api('GET', `/organisations/${id}/events?type=repository.pushed&limit=200`)
  return body.data.map(({ actor, data }: { actor: { id: string }; data: object }) => ({ by: actor.id, ...data }))
}

const pathOf = (dataDir: string, application: string) => join(dataDir, 'repositories', `${application}.git`)

/** The same organisation and people at a server that was started again. */
function at(url: string, organisation: TestOrganisation): TestOrganisation {
  const { admin } = organisation
  return { ...organisation, admin: { ...admin, url, api: apiOf(url, admin.session.accessToken) } }
}

/** A push that waits at its last bytes. */
async function aHeldPush(acme: TestOrganisation) {
  const developer = await acme.add('developer')
  const application = await anApplication(acme)
  const proxy = await aHoldingProxy(acme.admin.url)
  const token = await aToken(developer)
  const clone = await aClone(remoteOf({ ...developer, url: proxy.url }, acme.id, application.id, token))
  const commit = await clone.commit('Begin')
  const pushing = clone.run('push', 'origin', 'HEAD:main')
  await proxy.held
  await untilArriving((await sharedServer()).dataDir, application.id)
  return { developer, application, token, commit, pushing, letGo: proxy.letGo }
}

describe('a push in progress', () => {
  before(function () {
    needsGit(this)
  })

  const ends = {
    removed: ({ admin, id }, { member }) => admin.api('DELETE', `/organisations/${id}/members/${member}`),
    demoted: ({ admin, id }, { member }) =>
      admin.api('PATCH', `/organisations/${id}/members/${member}`, { role: 'accounting' }),
    suspended: ({ admin, id }, { member }) => admin.api('POST', `/organisations/${id}/members/${member}/suspend`),
  } satisfies Record<string, (acme: TestOrganisation, developer: { member: string }) => Promise<unknown>>

  for (const [what, end] of Object.entries(ends)) {
    it(`E57 does not land while the pusher is ${what}`, async () => {
      const acme = await anOrganisation()
      const { developer, application, pushing } = await aHeldPush(acme)
      await end(acme, developer)
      // It ends by itself, although its last bytes never come.
      expect((await pushing).code).not.to.equal(0)
      const { body } = await acme.admin.api('GET', `${application.path}/repository`)
      expect(body.branches).to.deep.equal([])
      expect(await told(acme)).to.deep.equal([])
    })
  }

  it('does not land when its token is revoked, or the application deleted, and lands otherwise', async () => {
    const acme = await anOrganisation()
    const [revoked, deleted, left] = [await aHeldPush(acme), await aHeldPush(acme), await aHeldPush(acme)]
    const { body } = await revoked.developer.api('GET', '/account/tokens')
    await revoked.developer.api('DELETE', `/account/tokens/${body.data[0].id}`)
    await acme.admin.api('DELETE', deleted.application.path)
    for (const { letGo } of [revoked, deleted, left]) letGo()
    const codes = await Promise.all([revoked, deleted, left].map(async ({ pushing }) => (await pushing).code))
    expect(codes).to.deep.equal([1, 1, 0])
    expect((await told(acme)).map(({ after }) => after)).to.deep.equal([left.commit])
  })
})

describe('what a push did of which nobody was left to tell', () => {
  before(function () {
    needsGit(this)
  })

  it('is told at the next start, in the name of who pushed', async () => {
    const first = await startServer()
    const acme = await anOrganisation({ url: first.url })
    const developer = await acme.add('developer')
    const application = await anApplication(acme)
    const clone = await cloneOf(acme.admin, application)
    const commit = await clone.commit('Begin')
    await clone.run('push', 'origin', 'HEAD:main')
    // As a server leaves it that dies just after git has moved the branch: let through, and not told.
    const on = await clone.commit('Go on')
    const path = pathOf(first.dataDir, application.id)
    await git(path, 'fetch', '--quiet', clone.folder, 'HEAD')
    const push: PushDocument = {
      _id: 'psh_left',
      application: application.id,
      actor: { id: developer.account.id, name: developer.account.name },
      updates: [{ ref: 'refs/heads/main', after: on }],
      // Later than this server looks: the next one does as it starts.
      dueAt: new Date(Date.now() + 60_000),
      endsBy: new Date(),
    }
    await first.app.connection.collection<PushDocument>('pushes').insertOne(push)
    await git(path, 'update-ref', 'refs/heads/main', on)
    await first.app.close()

    const second = await startServer({ dataDir: first.dataDir })
    const events = await told(at(second.url, acme))
    expect(events.map(({ before, after, by }) => [before, after, by])).to.deep.equal([
      [null, commit, acme.admin.account.id],
      [commit, on, developer.account.id],
    ])
    expect(await second.app.connection.collection('pushes').countDocuments()).to.equal(0)
    await second.close()
  })
})

describe('a server that is killed while it is pushed to', () => {
  before(function () {
    needsGit(this)
  })

  it('E37 E57 leaves no change of a branch that the log does not tell once it runs again', async function () {
    this.timeout(400_000)
    const server = await startServerProcess()
    const acme = await anOrganisation({ url: server.url })
    const application = await anApplication(acme)
    const clone = await cloneOf(acme.admin, application)
    await clone.commit('Begin')
    await clone.run('push', 'origin', 'HEAD:main')
    const path = pathOf(server.dataDir, application.id)
    await mkdir(join(path, 'refs', 'heads'), { recursive: true })
    const moved = watch(join(path, 'refs', 'heads'))
    const on = await clone.commit('Go on')
    const killed = once(moved, 'change').then(() => server.kill())
    await clone.run('push', 'origin', 'HEAD:main')
    await killed
    moved.close()

    const next = await startServerProcess({ dataDir: server.dataDir })
    const again = at(next.url, acme)
    const present = async () => (await readFile(join(path, 'refs', 'heads', 'main'), 'utf8')).trim()
    if ((await told(again)).at(-1)?.after !== (await present())) {
      // What git itself had not finished as the server died is told by a job.
      const live = await connectLive({ url: next.url, session: acme.admin.session })
      await live.subscribe(acme.id)
      const isTold = async () => (await told(again)).at(-1)?.after === (await present())
      if (!(await isTold())) await live.until(({ body }) => body.type === 'repository.pushed' && body.data.after === on)
    }
    expect((await told(again)).at(-1)?.after).to.equal(await present())
    expect((await told(again)).map(({ by }) => by)).to.not.include('system')
  })
})
