import { permissionsOf } from '@rolecall/contract'
import { RolecallError } from '@rolecall/sdk'
import { expect } from 'chai'
import { aKey } from './rig/api-keys.ts'
import { anApplication } from './rig/applications.ts'
import { changeSomebody, rename } from './rig/changes.ts'
import { aClient, aPerson, until } from './rig/client.ts'
import { aClone, git, needsGit, remoteOf } from './rig/git.ts'
import { type Answer, anOrganisation, unique } from './rig/people.ts'

describe('the SDK with an API key', () => {
  it('calls what its role permits, without signing in', async () => {
    const acme = await anOrganisation()
    const key = await aKey(acme, { role: 'manager' })
    const rolecall = await aClient({ baseUrl: key.url, apiKey: key.secret })
    const made = await rolecall.applications.create({ organisation: acme.id, name: 'Website' })
    expect(made.name).to.equal('Website')
    const names: string[] = []
    for await (const { account } of rolecall.members.list({ organisation: acme.id })) names.push(account.name)
    expect(names).to.deep.equal([acme.admin.account.name])
    const refused = await rolecall.accounts.read().catch((error: RolecallError) => error.code)
    expect(refused).to.equal('forbidden')
    expect(await rolecall.restore()).to.equal(undefined)
  })

  it('follows its organisation live, and ends with the reason once it is revoked', async () => {
    const acme = await anOrganisation()
    const key = await aKey(acme, { role: 'manager' })
    const rolecall = await aClient({ baseUrl: key.url, apiKey: key.secret })
    const live = rolecall.live(acme.id)
    await live.ready
    await live.members.ready
    expect(live.role).to.equal('manager')
    expect(live.members.rows.map(({ account }) => account.name)).to.deep.equal([acme.admin.account.name])
    await rename(acme)
    await acme.admin.api('PATCH', key.path, { role: 'developer' })
    await until(live, ({ role }) => role === 'developer')
    expect(live.members.status).to.equal('hidden')
    await acme.admin.api('DELETE', key.path)
    const { status } = await until(live, ({ status }) => status.state === 'ended')
    expect(status).to.deep.include({ reason: 'key_revoked' })
    const again = await aClient({ baseUrl: key.url, apiKey: key.secret })
    const refused = again.live(acme.id)
    expect(await refused.ready.catch((error: unknown) => error)).to.be.instanceOf(RolecallError)
    expect(refused.status).to.deep.include({ state: 'ended', reason: 'refused' })
  })

  it('shows the keys of an organisation as they are, to whoever manages them', async () => {
    const { rolecall } = await aPerson()
    const { id: organisation } = await rolecall.organisations.create({ name: unique('Keys') })
    const other = await aPerson()
    const { id: member } = await rolecall.members.add({ organisation, email: other.email, role: 'admin' })
    const view = rolecall.live(organisation).apiKeys
    await view.ready
    expect(view.rows).to.deep.equal([])
    const { secret: _, ...made } = await other.rolecall.apiKeys.create({
      organisation,
      name: 'Builds',
      role: 'developer',
    })
    await until(view, ({ rows }) => rows.length === 1)
    expect(view.rows).to.deep.equal([made])
    const seen = other.rolecall.live(organisation).apiKeys
    await seen.ready
    await rolecall.members.changeRole({ organisation, member, role: 'accounting' })
    await until(view, ({ rows }) => rows[0]?.status === 'paused')
    await until(seen, ({ status }) => status === 'hidden')
    await rolecall.apiKeys.update({ organisation, key: made.id })
    await until(view, ({ rows }) => rows[0]?.status === 'active')
    expect(view.get(made.id)?.permissions).to.deep.equal([...permissionsOf('developer')])
    const permissions = [{ name: 'report:read' as const, roles: ['developer' as const] }]
    await rolecall.permissions.declare({ organisation, permissions })
    await until(view, ({ rows }) => rows[0]?.permissions.includes('report:read') === true)
    await rolecall.apiKeys.delete({ organisation, key: made.id })
    await until(view, ({ rows }) => rows.length === 0)
  })
})

describe('git with an API key', () => {
  it('E57 clones and pushes as its role permits, under any user name, until its issuer is demoted', async function () {
    needsGit(this)
    const acme = await anOrganisation()
    const grace = await acme.add('admin')
    const application = await anApplication(acme)
    const key = await aKey(acme, { by: grace, role: 'developer', name: 'Deployments' })
    const accounting = await aKey(acme, { role: 'accounting' })
    const remote = (secret: string, user = 'x') =>
      remoteOf({ url: key.url, email: user }, acme.id, application.id, secret)
    const clone = await aClone(remote(key.secret))
    await clone.commit('Begin')
    const pushed = await clone.run('push', 'origin', 'HEAD:main')
    expect(pushed.code, pushed.output).to.equal(0)
    const { body } = await acme.admin.api('GET', `/organisations/${acme.id}/events?type=repository.pushed`)
    expect(body.data.map(({ actor }: Answer['body']) => actor)).to.deep.equal([
      { kind: 'key', id: key.id, name: 'Deployments' },
    ])
    const listing = (secret: string, user?: string) => git('/', 'ls-remote', remote(secret, user))
    expect((await listing(key.secret, key.id)).code).to.equal(0)
    const forced = await clone.run('push', '--delete', 'origin', 'main')
    expect(forced.output).to.include('repository:force')
    expect((await listing(accounting.secret)).code).not.to.equal(0)
    await changeSomebody(acme, grace.member, 'accounting')
    await clone.commit('Too late')
    expect((await clone.run('push', 'origin', 'HEAD:main')).code).not.to.equal(0)
    expect((await listing(key.secret)).output).to.match(/Authentication failed|401|could not read/i)
  })
})
