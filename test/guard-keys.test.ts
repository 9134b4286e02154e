import { Rolecall } from '@rolecall/sdk'
import { expect } from 'chai'
import { aKey } from './rig/api-keys.ts'
import { guardOf, untilSo } from './rig/guard.ts'
import { aRole, declare } from './rig/own-permissions.ts'
import { anOrganisation } from './rig/people.ts'
import { atEnd } from './rig/teardown.ts'

describe('API keys and permissions of the organisation’s own', () => {
  it('a key that sees the members is all that a guard looks with, and it sees nothing when the key is revoked', async () => {
    const acme = await anOrganisation()
    await declare(acme.admin.api, acme.id, { 'report:approve': ['manager'] })
    const manager = await acme.add('manager')
    const watching = await aRole(acme, ['member:read'])
    const key = await aKey(acme, { role: watching.id })
    const rolecall = new Rolecall({ baseUrl: acme.admin.url, apiKey: key.secret })
    atEnd(async () => rolecall.close())
    const guard = guardOf({ rolecall: (organisation) => (organisation === acme.id ? rolecall : undefined) })
    await guard.ready(acme.id)
    const may = () => guard.can(manager.account.id, acme.id, 'report:approve')
    expect(may()).to.equal(true)
    const member = `/organisations/${acme.id}/members/${manager.member}`
    await acme.admin.api('PATCH', member, { role: 'developer' })
    await untilSo(() => !may())
    await acme.admin.api('PATCH', member, { role: 'manager' })
    await untilSo(may)
    await acme.admin.api('DELETE', key.path)
    await untilSo(() => guard.state(acme.id).state === 'ended')
    expect(may()).to.equal(false)
  })

  it('E58 a guard sees again, once the key that it looks with has an issuer again', async () => {
    const acme = await anOrganisation()
    const [manager, issuer] = [await acme.add('manager'), await acme.add('admin')]
    const watching = await aRole(acme, ['member:read'])
    const key = await aKey(acme, { by: issuer, role: watching.id })
    const rolecall = new Rolecall({ baseUrl: acme.admin.url, apiKey: key.secret })
    atEnd(async () => rolecall.close())
    const live = rolecall.live(acme.id)
    await live.ready
    await acme.admin.api('DELETE', `/organisations/${acme.id}/members/${issuer.member}`)
    await untilSo(() => live.status.state === 'ended')
    // Refused while nobody answers for the key.
    const refused = await rolecall.live(acme.id).ready.catch((error: { code?: string }) => error.code)
    expect(refused).to.equal('unauthenticated')
    await acme.admin.api('PATCH', key.path, { name: 'Taken over' })
    const guard = guardOf({ rolecall })
    await guard.ready(acme.id)
    expect(guard.can(manager.account.id, acme.id, 'member:manage')).to.equal(true)
  })

  it('E58 a key holds those of its role that its issuer may still grant, over HTTP and live', async () => {
    const acme = await anOrganisation()
    await declare(acme.admin.api, acme.id, { 'report:read': ['manager'], 'report:approve': [] })
    const issuer = await acme.add('admin')
    const role = await aRole(acme, ['report:read', 'report:approve'])
    const key = await aKey(acme, { by: issuer, role: role.id })
    const live = await key.connect()
    await live.subscribe(acme.id)
    const held = async () => (await key.api('GET', `/organisations/${acme.id}/permissions`)).body.permissions
    expect(await held()).to.deep.equal(['organisation:read', 'report:approve', 'report:read'])
    await acme.admin.api('PATCH', `/organisations/${acme.id}/members/${issuer.member}`, { role: 'manager' })
    expect(await held()).to.deep.equal(['organisation:read', 'report:read'])
    await live.until(({ name, body }) => name === 'access' && !body.permissions.includes('report:approve'))
    await declare(acme.admin.api, acme.id, { 'report:approve': ['manager'] })
    expect(await held()).to.deep.equal(['organisation:read', 'report:approve'])
    await live.until(({ name, body }) => name === 'access' && body.permissions.includes('report:approve'))
  })
})
