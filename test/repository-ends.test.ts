import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { models as accessModels } from '../server/src/access/documents.ts'
import { createTable } from '../server/src/access/table.ts'
import { systemClock } from '../server/src/clock.ts'
import { models as logModels } from '../server/src/log/documents.ts'
import { createLog } from '../server/src/log/log.ts'
import { createLogger } from '../server/src/logger.ts'
import { createUnderWay } from '../server/src/repositories/under-way.ts'
import { aKey } from './rig/api-keys.ts'
import { anApplication } from './rig/applications.ts'
import { aClone, aToken, cloneOf, needsGit, newToken, remoteOf, untilArriving } from './rig/git.ts'
import { aHoldingProxy } from './rig/holding-proxy.ts'
import { type Answer, anOrganisation, type Person, type TestOrganisation } from './rig/people.ts'
import { aSlowClone } from './rig/raw-git.ts'
import { sharedServer, startServer } from './rig/server.ts'
import { serverLog } from './rig/server-log.ts'

/** More than the kernel keeps of a connection that nobody reads from. */
const largeBytes = 24_000_000

async function aLargeRepository(acme: TestOrganisation) {
  const application = await anApplication(acme)
  const clone = await cloneOf(acme.admin, application)
  await writeFile(join(clone.folder, 'large'), randomBytes(largeBytes))
  const commit = await clone.commit('Add much')
  const { code, output } = await clone.run('push', 'origin', 'HEAD:main')
  if (code !== 0) throw new Error(output)
  return { acme, application, commit }
}

type Large = Awaited<ReturnType<typeof aLargeRepository>>
type Member = Person & { readonly member: string; readonly role: string }
type End = (large: Large, developer: Member) => Promise<Answer>

/** What ends somebody’s access, and leaves that of others. */
const ends: Readonly<Record<string, End>> = {
  removed: ({ acme }, { member }) => acme.admin.api('DELETE', `/organisations/${acme.id}/members/${member}`),
  demoted: ({ acme }, { member }) =>
    acme.admin.api('PATCH', `/organisations/${acme.id}/members/${member}`, { role: 'accounting' }),
  suspended: ({ acme }, { member }) => acme.admin.api('POST', `/organisations/${acme.id}/members/${member}/suspend`),
  'given a narrower role': ({ acme }, { role }) =>
    acme.admin.api('PATCH', `/organisations/${acme.id}/roles/${role}`, { permissions: ['application:read'] }),
  'without the token': async (_, { api }) => {
    const { body } = await api('GET', '/account/tokens')
    return api('DELETE', `/account/tokens/${body.data[0].id}`)
  },
  'using another password': (_, { api, password }) =>
    api('POST', '/account/password', { password, newPassword: 'another horse battery' }),
  'without an account': (_, { api, password }) => api('DELETE', '/account', { password }),
}

/** A member who may read and write repositories by a role of their own. */
async function aDeveloper(acme: TestOrganisation): Promise<Member> {
  const permissions = ['repository:write']
  const name = `Coder ${Math.random()}`
  const { body: role } = await acme.admin.api('POST', `/organisations/${acme.id}/roles`, { name, permissions })
  return { ...(await acme.add(role.id)), role: role.id }
}

describe('a clone under way', () => {
  let large: Large
  before(async function () {
    needsGit(this)
    this.timeout(300_000)
    large = await aLargeRepository(await anOrganisation())
  })

  for (const [what, end] of Object.entries(ends)) {
    it(`E53 ends once its reader is ${what}, and no other one does`, async () => {
      const [developer, other] = [await aDeveloper(large.acme), await large.acme.add('developer')]
      const [mine, others] = [
        await aSlowClone(developer, large.application, large.commit),
        await aSlowClone(other, large.application, large.commit),
      ]
      expect((await end(large, developer)).status).to.be.within(200, 204)
      expect(await mine.isWhole()).to.equal(false)
      expect(await others.isWhole()).to.equal(true)
    })
  }

  it('E53 E58 ends with its API key: revoked, rotated at once, or its issuer demoted', async () => {
    const { acme, application, commit } = large
    const grace = await acme.add('admin')
    const [revoked, rotated, narrowed, other] = [
      await aKey(acme),
      await aKey(acme),
      await aKey(acme, { by: grace }),
      await aKey(acme),
    ]
    const clones = await Promise.all(
      [revoked, rotated, narrowed, other].map(({ secret }) => aSlowClone(acme.admin, application, commit, secret)),
    )
    await acme.admin.api('DELETE', revoked.path)
    await acme.admin.api('POST', `${rotated.path}/rotate`, { overlapHours: 0 })
    await acme.admin.api('PATCH', `/organisations/${acme.id}/members/${grace.member}`, { role: 'accounting' })
    expect(await Promise.all(clones.map((one) => one.isWhole()))).to.deep.equal([false, false, false, true])
  })

  it('E53 ends with its application, and with its organisation', async function () {
    this.timeout(300_000)
    const { acme, application, commit } = await aLargeRepository(await anOrganisation())
    const [one, other] = [await aSlowClone(acme.admin, application, commit), await aLargeRepository(acme)]
    await acme.admin.api('DELETE', application.path)
    expect(await one.isWhole()).to.equal(false)
    const left = await aSlowClone(acme.admin, other.application, other.commit)
    await acme.admin.api('DELETE', `/organisations/${acme.id}`)
    expect(await left.isWhole()).to.equal(false)
  })

  it('E53 E59 ends with the time of its token, by the server’s clock; so does a push, of which nothing lands', async function () {
    this.timeout(300_000)
    let now = new Date()
    const server = await startServer({ now: () => now })
    const { acme, application, commit } = await aLargeRepository(await anOrganisation({ url: server.url }))
    const reading = await aSlowClone(acme.admin, application, commit)
    const proxy = await aHoldingProxy(server.url)
    const remote = remoteOf({ ...acme.admin, url: proxy.url }, acme.id, application.id, await aToken(acme.admin))
    const clone = await aClone(remote)
    await clone.commit('Go on')
    const pushing = clone.run('push', 'origin', 'HEAD:main')
    await proxy.held
    await untilArriving(server.dataDir, application.id)
    now = new Date(now.getTime() + 90 * 24 * 60 * 60 * 1_000)
    expect((await pushing).code).not.to.equal(0)
    expect(await reading.isWhole()).to.equal(false)
    const repository = await server.app.connection
      .collection<{ _id: string; refs: { target: string }[] }>('repositories')
      .findOne({ _id: application.id })
    expect(repository?.refs.map(({ target }) => target)).to.deep.equal([commit])
    await server.close()
  })

  it('E53 is asked about anew where events may have been missed', async () => {
    const { app } = await sharedServer()
    const models = { ...accessModels(app.connection), ...logModels(app.connection) }
    const log = createLog({ connection: app.connection, models, now: systemClock })
    const table = createTable({ models, log })
    const logger = createLogger('debug', serverLog)
    // It follows nothing: what happens it misses.
    const hold = ({ account }: { account: string }, organisation: string) => table.hold(account, organisation)
    const underWay = createUnderWay({ hold, now: systemClock, logger })
    const { acme, application } = large
    const [removed, left] = [await acme.add('developer'), await acme.add('developer')]
    const open = async (person: Person) => {
      const [{ id: token }, account] = [await newToken(person), person.account.id]
      const principal = { kind: 'token', account, token, expiresAt: new Date(8e15) } as const
      const wanted = {
        principal,
        organisation: acme.id,
        application: application.id,
        needs: 'repository:read',
      } as const
      return underWay.open(wanted, async () => {
        const filter = { organisation: acme.id, 'account.id': account }
        if ((await models.memberships.countDocuments(filter)) === 0) throw new Error('no member')
      })
    }
    const [one, other] = [await open(removed), await open(left)]
    await acme.admin.api('DELETE', `/organisations/${acme.id}/members/${removed.member}`)
    expect(one.signal.aborted).to.equal(false)
    const aborted = new Promise((resolve) => one.signal.addEventListener('abort', resolve))
    table.reset()
    underWay.reset()
    await aborted
    expect(other.signal.aborted).to.equal(false)
    one.close()
    other.close()
  })
})
