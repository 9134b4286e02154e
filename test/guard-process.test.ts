import { expect } from 'chai'
import { aWatcher, untilSo, type Watcher } from './rig/guard.ts'
import { type GuardedApp, spawnExample, startGuardedApp } from './rig/guard-example.ts'
import { declare } from './rig/own-permissions.ts'
import { anOrganisation, apiOf, type Person, type TestOrganisation } from './rig/people.ts'
import { startServerProcess } from './rig/process.ts'
import { sharedServer } from './rig/server.ts'
import { outputOf } from './rig/snippets.ts'

const maxStaleMs = 4_000
/** For what is not about that. */
const neverStaleMs = 100_000

interface Scene {
  readonly acme: TestOrganisation
  readonly manager: Person & { readonly member: string }
  readonly watcher: Watcher
  readonly app: GuardedApp
  approve(by: Person): Promise<number>
  reason(of: Person): Promise<string>
}

async function aScene(url: string, staleAfterMs = maxStaleMs): Promise<Scene> {
  const acme = await anOrganisation({ url })
  await declare(acme.admin.api, acme.id, { 'report:approve': ['manager'] })
  const manager = await acme.add('manager')
  const watcher = await aWatcher(acme)
  const app = await startGuardedApp({
    ROLECALL_URL: url,
    ROLECALL_EMAIL: watcher.email,
    ROLECALL_PASSWORD: watcher.password,
    MAX_STALE_MS: `${staleAfterMs}`,
  })
  const path = `${app.url}/organisations/${acme.id}`
  return {
    acme,
    manager,
    watcher,
    app,
    async approve({ session }) {
      const headers = { authorization: `Bearer ${session.accessToken}` }
      return (await fetch(`${path}/reports/2026/approve`, { method: 'POST', headers })).status
    },
    async reason({ account }) {
      return ((await (await fetch(`${path}/accounts/${account.id}`)).json()) as { reason: string }).reason
    },
  }
}

describe('an app in a process of its own that guards its routes', function () {
  this.timeout(300_000)
  it('refuses from the moment at which it hears of a revocation', async () => {
    const { acme, manager, approve, reason } = await aScene((await sharedServer()).url, neverStaleMs)
    await untilSo(async () => (await approve(manager)) === 200)
    expect(await approve(acme.admin)).to.equal(200)
    await acme.admin.api('PATCH', `/organisations/${acme.id}/members/${manager.member}`, { role: 'developer' })
    await untilSo(async () => (await reason(manager)) === 'not_permitted')
    expect(await approve(manager)).to.equal(403)
    await acme.admin.api('DELETE', `/organisations/${acme.id}/members/${manager.member}`)
    await untilSo(async () => (await reason(manager)) === 'not_a_member')
    expect(await approve(manager)).to.equal(403)
    expect(await approve(acme.admin)).to.equal(200)
  })

  it('refuses everybody when the server is silent for longer than it may be, and is exact when it speaks again', async () => {
    const server = await startServerProcess()
    const { acme, manager, approve, reason } = await aScene(server.url)
    const other = await acme.add('manager')
    await untilSo(async () => (await approve(manager)) === 200)
    process.kill(server.pid, 'SIGSTOP')
    try {
      await untilSo(async () => (await reason(manager)) === 'stale')
      expect(await approve(manager)).to.equal(503)
    } finally {
      process.kill(server.pid, 'SIGCONT')
    }
    await untilSo(async () => (await reason(manager)) === 'permitted')
    await untilSo(async () => (await approve(manager)) === 200)
    await server.kill()
    await untilSo(async () => (await reason(other)) === 'stale')
  })

  it('is exact again after the server was killed in a revocation and started anew', async () => {
    let server = await startServerProcess()
    const port = new URL(server.url).port
    const { acme, manager, approve, reason } = await aScene(server.url, neverStaleMs)
    const other = await acme.add('manager')
    await untilSo(async () => (await approve(manager)) === 200)
    // Answered or not: what was committed counts.
    await Promise.all([
      acme.admin.api('DELETE', `/organisations/${acme.id}/members/${manager.member}`).catch(() => undefined),
      server.kill(),
    ])
    server = await startServerProcess({ dataDir: server.dataDir, env: { PORT: port } })
    const api = apiOf(server.url, acme.admin.session.accessToken)
    const { body } = await api('GET', `/organisations/${acme.id}/members`)
    const isMember = body.data.some(({ id }: { id: string }) => id === manager.member)
    // Whatever it hears now it hears after what came before.
    await api('PATCH', `/organisations/${acme.id}/members/${other.member}`, { role: 'developer' })
    await untilSo(async () => (await reason(other)) === 'not_permitted')
    expect(await reason(manager)).to.equal(isMember ? 'permitted' : 'not_a_member')
    expect(await approve(manager)).to.equal(isMember ? 200 : 403)
  })

  it('believes nothing of before when it was stopped itself', async () => {
    const { acme, manager, app, approve, reason } = await aScene((await sharedServer()).url)
    await untilSo(async () => (await approve(manager)) === 200)
    app.signal('SIGSTOP')
    const stoppedAt = performance.now()
    await acme.admin.api('DELETE', `/organisations/${acme.id}/members/${manager.member}`)
    await untilSo(() => performance.now() - stoppedAt > maxStaleMs)
    const answer = approve(manager)
    app.signal('SIGCONT')
    expect(await answer).to.be.oneOf([403, 503])
    await untilSo(async () => (await reason(manager)) === 'not_a_member')
  })
})

describe('the example of an app that guards its routes', function () {
  this.timeout(300_000)
  it('tells its story, and leaves nothing behind', async () => {
    const { url, app } = await sharedServer()
    const organisations = app.connection.collection('organisations')
    const child = spawnExample({ ROLECALL_URL: url })
    expect((await outputOf(child, () => false)).trim().split('\n')).to.deep.equal([
      'Grace, a Manager, approves a report: 200',
      'Grace, a Developer now, tries another one: 403',
      'Cleaned up.',
    ])
    expect(await organisations.countDocuments({ name: /^Analytical Engines/, deletedAt: { $exists: false } })).to.equal(
      0,
    )
  })
})
