import { type BuiltInRole, maxOwnPermissions, permissionsOf } from '@rolecall/contract'
import { expect } from 'chai'
import { operatorToken } from './rig/billing.ts'
import { connectLive } from './rig/live.ts'
import { aRole, declare, ownOf } from './rig/own-permissions.ts'
import { type Answer, anOrganisation, apiOf, type Person, type TestOrganisation } from './rig/people.ts'
import { startServer } from './rig/server.ts'

const told = ({ status, body }: Answer) => [status, body?.code]
const seqOf = ({ headers }: Answer) => Number(headers.get('Rolecall-Seq'))
const pathOf = ({ id }: TestOrganisation, rest = '') => `/organisations/${id}${rest}`
const declaredIn = (acme: TestOrganisation) => pathOf(acme, '/own-permissions')

async function lastEvent(acme: TestOrganisation, type: string) {
  const { body } = await acme.admin.api('GET', pathOf(acme, `/events?type=${type}&order=desc&limit=1`))
  return body.data[0]
}

describe('declaring permissions of the organisation’s own', () => {
  it('has them held by Admin, and by the built-in roles that are named', async () => {
    const acme = await anOrganisation()
    const people = new Map<BuiltInRole, Person>([['admin', acme.admin]])
    for (const role of ['manager', 'developer', 'accounting'] as const) people.set(role, await acme.add(role))
    expect((await acme.admin.api('GET', declaredIn(acme))).body).to.deep.equal({ permissions: [] })
    const answer = await acme.admin.api('PUT', declaredIn(acme), {
      permissions: [
        { name: 'report:read', roles: ['accounting', 'manager', 'manager'] },
        { name: 'report:approve', description: ' Approve reports ', roles: ['manager'] },
        { name: 'desk_2:open-all' },
      ],
    })
    const declared = [
      { name: 'desk_2:open-all', description: '', roles: ['admin'] },
      { name: 'report:approve', description: 'Approve reports', roles: ['admin', 'manager'] },
      { name: 'report:read', description: '', roles: ['admin', 'manager', 'accounting'] },
    ]
    expect([answer.status, answer.body]).to.deep.equal([200, { permissions: declared }])
    expect(answer.headers.get('Rolecall-Fenced')).to.equal('true')
    for (const [role, person] of people) {
      expect((await person.api('GET', declaredIn(acme))).body).to.deep.equal({ permissions: declared })
      const held = declared.filter(({ roles }) => roles.includes(role)).map(({ name }) => name)
      const { body } = await person.api('GET', pathOf(acme, '/permissions'))
      expect(body.permissions, role).to.deep.equal([...permissionsOf(role), ...held])
    }
    const { body } = await acme.admin.api('GET', pathOf(acme, '/roles'))
    expect(body.data.at(-1).permissions).to.deep.equal([...permissionsOf('accounting'), 'report:read'])
  })

  it('is one event with what differs, and none where nothing does', async () => {
    const acme = await anOrganisation()
    await declare(acme.admin.api, acme.id, { 'report:read': ['manager'], 'report:approve': [] })
    const changed = await declare(acme.admin.api, acme.id, { 'report:read': [], 'report:send': ['developer'] })
    const { seq, data, audience } = await lastEvent(acme, 'permissions.*')
    expect(seq).to.equal(seqOf(changed))
    expect(audience).to.equal('organisation:read')
    expect(data).to.deep.equal({
      before: [
        { name: 'report:approve', description: '', roles: ['admin'] },
        { name: 'report:read', description: '', roles: ['admin', 'manager'] },
      ],
      after: [
        { name: 'report:read', description: '', roles: ['admin'] },
        { name: 'report:send', description: '', roles: ['admin', 'developer'] },
      ],
      roles: [
        { role: 'admin', permissions: [...permissionsOf('admin'), 'report:read', 'report:send'] },
        { role: 'manager', permissions: [...permissionsOf('manager')] },
        { role: 'developer', permissions: [...permissionsOf('developer'), 'report:send'] },
      ],
    })
    const again = await declare(acme.admin.api, acme.id, { 'report:send': ['developer'], 'report:read': [] })
    expect(again.body).to.deep.equal(changed.body)
    expect((await lastEvent(acme, '*')).seq).to.equal(seq)
  })

  it('refuses names of Rolecall’s and its nouns, other forms, doubles and too many', async () => {
    const acme = await anOrganisation()
    const refused = [
      ...['organisation:delete', 'member:fly', 'invoice:read', 'rolecall:any', 'session:end'],
      ...[
        'report',
        'report:',
        ':read',
        'Report:read',
        'report:read:all',
        'report: read',
        '1st:read',
        `${'x'.repeat(24)}:y`,
      ],
      ...['__proto__:x', 'report.all:read', '$where:x', 'rapport:lu\u0000'],
    ]
    for (const name of refused) {
      const answer = await acme.admin.api('PUT', declaredIn(acme), { permissions: [{ name }] })
      expect(told(answer), name).to.deep.equal([400, 'invalid_request'])
    }
    const twice = [{ name: 'report:read' }, { name: 'report:read', roles: ['manager'] }]
    expect(told(await acme.admin.api('PUT', declaredIn(acme), { permissions: twice }))[0]).to.equal(400)
    const custom = await aRole(acme, [])
    const ofCustom = [{ name: 'report:read', roles: [custom.id] }]
    expect(told(await acme.admin.api('PUT', declaredIn(acme), { permissions: ofCustom }))[0]).to.equal(400)
    const many = Array.from({ length: maxOwnPermissions + 1 }, (_, index) => ({ name: `report:read${index}` }))
    expect(told(await acme.admin.api('PUT', declaredIn(acme), { permissions: many }))[0]).to.equal(400)
    const { status } = await acme.admin.api('PUT', declaredIn(acme), { permissions: many.slice(1) })
    expect(status).to.equal(200)
  })

  it('is for the Admin, and for the platform’s operator in any organisation', async () => {
    const server = await startServer({ env: { OPERATOR_TOKEN: operatorToken } })
    const operator = apiOf(server.url, operatorToken)
    const acme = await anOrganisation({ url: server.url })
    const manager = await acme.add('manager')
    expect(told(await manager.api('PUT', declaredIn(acme), { permissions: [] }))).to.deep.equal([403, 'forbidden'])
    const { body } = await declare(operator, acme.id, { 'report:approve': ['manager'] })
    expect((await operator('GET', declaredIn(acme))).body).to.deep.equal(body)
    expect((await lastEvent(acme, 'permissions.*')).actor).to.deep.equal({
      kind: 'system',
      id: 'operator',
      name: 'Platform operator',
    })
    expect(await ownOf(manager, acme)).to.deep.equal(['report:approve'])
    const nowhere = await operator('PUT', '/organisations/org_none/own-permissions', { permissions: [] })
    expect(told(nowhere)).to.deep.equal([404, 'not_found'])
  })

  it('survives a deletion that is undone, and the setting that changes what Developers hold', async () => {
    const acme = await anOrganisation()
    const developer = await acme.add('developer')
    await declare(acme.admin.api, acme.id, { 'report:read': ['developer'] })
    for (const developersSeeMembers of [true, false]) {
      await acme.admin.api('PATCH', pathOf(acme), { developersSeeMembers })
      expect(await ownOf(developer, acme)).to.deep.equal(['report:read'])
      const { data } = await lastEvent(acme, 'organisation.settings_changed')
      expect(data.developer.permissions).to.include('report:read')
      expect(data.developer.permissions.includes('member:read')).to.equal(developersSeeMembers)
    }
    await acme.admin.api('DELETE', pathOf(acme))
    const live = await connectLive(developer)
    await acme.admin.api('POST', pathOf(acme, '/restore'))
    const { body } = await live.until(({ name }) => name === 'access')
    expect(body.permissions).to.deep.equal([...permissionsOf('developer'), 'report:read'])
    expect(await ownOf(developer, acme)).to.deep.equal(['report:read'])
  })
})
