import { expect } from 'chai'
import { fillMembers } from '../bench/large-organisation.ts'
import { aPerson } from './rig/client.ts'
import { connectLive } from './rig/live.ts'
import { type Answer, anOrganisation, type Person, type TestOrganisation, unique } from './rig/people.ts'
import { sharedServer } from './rig/server.ts'
import { anywhere, made } from './rig/webhooks.ts'

const pathOf = (organisation: { id: string }, rest: string) => `/organisations/${organisation.id}/${rest}`

async function eventsOf(organisation: TestOrganisation, by: Person = organisation.admin): Promise<Answer['body'][]> {
  return (await by.api('GET', `${pathOf(organisation, 'events')}?limit=200`)).body.data
}

describe('a dry run', () => {
  it('tells what would happen, and changes nothing', async () => {
    const acme = await anOrganisation()
    const ada = await acme.add('manager', { name: 'Ada' })
    const live = await connectLive(ada)
    await live.subscribe(acme.id)
    const before = await eventsOf(acme)
    const { status, body, headers } = await acme.admin.api('PATCH', pathOf(acme, `members/${ada.member}?dryRun=true`), {
      role: 'developer',
    })
    expect(status).to.equal(200)
    expect(body).to.deep.equal({
      dryRun: true,
      events: [
        {
          type: 'member.role_changed',
          data: {
            member: { id: ada.member, account: { id: ada.account.id, name: 'Ada' } },
            before: { role: 'manager' },
            after: { role: 'developer' },
          },
        },
      ],
      loses: [
        {
          account: { id: ada.account.id, name: 'Ada' },
          permissions: [
            'organisation:update',
            'member:read',
            'member:manage',
            'application:update',
            'application:delete',
            'repository:force',
            'webhook:manage',
          ],
          sockets: 1,
          invitations: [],
          keys: [],
          webhooks: [],
        },
      ],
      losing: 1,
      gains: [],
      gaining: 0,
    })
    expect(headers.get('Rolecall-Seq')).to.equal(null)
    expect(headers.get('Rolecall-Fenced')).to.equal(null)
    expect(await eventsOf(acme)).to.deep.equal(before)
    expect((await ada.api('GET', pathOf(acme, `members/${ada.member}`))).body.role).to.equal('manager')
    const after = await acme.admin.api('PATCH', pathOf(acme, `members/${ada.member}`), { role: 'accounting' })
    await live.until(({ name }) => name === 'access')
    expect(Number(after.headers.get('Rolecall-Seq'))).to.equal(before.at(-1).seq + 1)
    expect(live.received.filter(({ name }) => name === 'access')).to.have.lengthOf(1)
  })

  it('is refused as the change itself would be', async () => {
    const acme = await anOrganisation()
    const [manager, developer] = [await acme.add('manager'), await acme.add('developer')]
    const outsider = (await anOrganisation()).admin
    const { member } = (await acme.admin.api('GET', pathOf(acme, 'permissions'))).body
    const path = pathOf(acme, `members/${member}/suspend`)
    for (const by of [manager, developer, outsider, acme.admin]) {
      const [asked, done] = [await by.api('POST', `${path}?dryRun=true`), await by.api('POST', path)]
      expect([asked.status, asked.text]).to.deep.equal([done.status, done.text])
      expect(asked.status).to.be.within(403, 409)
    }
  })

  it('uses up no Idempotency-Key, and is one only where it is asked for', async () => {
    const acme = await anOrganisation()
    const ada = await acme.add('developer')
    const key = { 'Idempotency-Key': `preview-${ada.member}` }
    const path = pathOf(acme, `members/${ada.member}/suspend`)
    const asked = await acme.admin.api('POST', `${path}?dryRun=true`, undefined, key)
    expect(asked.body.dryRun).to.equal(true)
    const done = await acme.admin.api('POST', `${path}?dryRun=false`, undefined, key)
    expect(done.body).to.deep.include({ status: 'suspended' })
    expect(done.headers.get('Idempotency-Replayed')).to.equal(null)
    expect((await acme.admin.api('POST', `${path}?dryRun=yes`)).status).to.equal(400)
    expect((await acme.admin.api('GET', pathOf(acme, 'members?dryRun=true'))).status).to.equal(400)
  })

  it('names the webhooks that would pause', async () => {
    const acme = await anOrganisation()
    const [ada, ben] = [await acme.add('manager'), await acme.add('manager')]
    const { body: keepers } = await acme.admin.api('POST', pathOf(acme, 'roles'), {
      name: 'Keepers',
      permissions: ['webhook:manage'],
    })
    const { body: staff } = await acme.admin.api('POST', pathOf(acme, 'roles'), {
      name: 'Staff',
      permissions: ['member:manage', 'webhook:manage', 'billing:read'],
    })
    const keeper = await acme.add(keepers.id)
    const [hers, kept] = [await made(acme, { by: ada }), await made(acme, { by: keeper })]
    await made(acme, { by: ada, enabled: false })
    await made(acme, { by: ben })
    await made(acme)
    const url = await anywhere()
    const asked = async (method: string, path: string, body?: object, by: Person = acme.admin) => {
      const separator = path.includes('?') ? '&' : '?'
      const answer = await by.api(method, `${pathOf(acme, path)}${separator}dryRun=true`, body)
      expect(answer.status, answer.text).to.equal(200)
      return answer.body.loses.flatMap(({ account, webhooks }: Answer['body']) =>
        webhooks.map((webhook: object) => ({ ...webhook, of: account.id })),
      )
    }
    const ofAda = [{ id: hers.id, url, of: ada.account.id }]
    const ofKeeper = [{ id: kept.id, url, of: keeper.account.id }]
    const member = `members/${ada.member}`
    expect(await asked('DELETE', member)).to.deep.equal(ofAda)
    expect(await asked('POST', `${member}/suspend`)).to.deep.equal(ofAda)
    expect(await asked('PATCH', member, { role: 'developer' })).to.deep.equal(ofAda)
    expect(await asked('PATCH', member, { role: staff.id })).to.deep.equal([])
    const changes = [
      { member: ada.member, action: 'remove' },
      { member: keeper.member, role: 'accounting' },
    ]
    expect(await asked('POST', 'members/batch', { changes })).to.have.deep.members([...ofAda, ...ofKeeper])
    expect(await asked('PATCH', `roles/${keepers.id}`, { permissions: [] })).to.deep.equal(ofKeeper)
    expect(await asked('DELETE', `roles/${keepers.id}?replacement=developer`)).to.deep.equal(ofKeeper)
    expect(await asked('DELETE', `roles/${keepers.id}?replacement=${staff.id}`)).to.deep.equal([])
    expect(await asked('DELETE', `members/${keeper.member}`, undefined, ben)).to.deep.equal(ofKeeper)
    const ended = await acme.admin.api('DELETE', `/organisations/${acme.id}?dryRun=true`)
    expect(ended.body.loses.flatMap(({ webhooks }: Answer['body']) => webhooks)).to.deep.equal([])
  })

  it('of a role names what others have given with it, who lose nothing themselves', async () => {
    const acme = await anOrganisation()
    const { body: role } = await acme.admin.api('POST', pathOf(acme, 'roles'), {
      name: 'Support',
      permissions: ['member:read', 'billing:read'],
    })
    const { body: key } = await acme.admin.api('POST', pathOf(acme, 'api-keys'), { name: 'Desk', role: role.id })
    const email = `${unique('guest').replace(' ', '-')}@example.com`
    const { body: invitation } = await acme.admin.api('POST', pathOf(acme, 'invitations'), { email, role: role.id })
    const holder = await acme.add(role.id)
    const path = pathOf(acme, `roles/${role.id}`)
    const asked = async (method: string, where: string, body?: object, by: Person = acme.admin) => {
      const answer = await by.api(method, `${where}${where.includes('?') ? '&' : '?'}dryRun=true`, body)
      expect(answer.status, answer.text).to.equal(200)
      const { loses, losing } = answer.body
      return [losing, ...loses.map(({ account: { id }, sockets: _, ...loss }: Answer['body']) => ({ id, ...loss }))]
    }
    const byAdmin = { id: acme.admin.account.id, permissions: [], invitations: [], webhooks: [] }
    const keys = [{ id: key.id, name: 'Desk' }]
    const ofHolder = { id: holder.account.id, invitations: [], keys: [], webhooks: [] }
    const narrow = { permissions: ['member:read'] }
    expect(await asked('PATCH', path, narrow)).to.have.deep.members([
      2,
      { ...byAdmin, keys },
      { ...ofHolder, permissions: ['billing:read'] },
    ])
    const cancelled = { ...byAdmin, invitations: [{ id: invitation.id, email }] }
    expect(await asked('DELETE', `${path}?replacement=developer`)).to.have.deep.members([
      2,
      { ...cancelled, keys },
      { ...ofHolder, permissions: ['member:read', 'billing:read'] },
    ])
    await acme.admin.api('DELETE', pathOf(acme, `members/${holder.member}`))
    await acme.admin.api('DELETE', pathOf(acme, `api-keys/${key.id}`))
    expect(await asked('DELETE', path)).to.deep.equal([1, { ...cancelled, keys: [] }])
  })

  it('of what concerns many tells how many, and names a hundred', async () => {
    const acme = await anOrganisation()
    const { connection } = (await sharedServer()).app
    const { body: role } = await acme.admin.api('POST', pathOf(acme, 'roles'), {
      name: 'Support',
      permissions: ['member:read', 'billing:read'],
    })
    await fillMembers(connection, acme.id, 130)
    await connection
      .collection('memberships')
      .updateMany({ organisation: acme.id, role: 'developer', status: 'active' }, { $set: { role: role.id } })
    const { body: holders } = await acme.admin.api('GET', pathOf(acme, `members?role=${role.id}&limit=200`))
    const email = `${unique('guest').replace(' ', '-')}@example.com`
    await acme.admin.api('POST', pathOf(acme, 'invitations'), { email, role: role.id })
    const narrow = { permissions: ['member:read', 'application:read'] }
    const { body } = await acme.admin.api('PATCH', pathOf(acme, `roles/${role.id}?dryRun=true`), narrow)
    expect([body.losing, body.gaining]).to.deep.equal([holders.data.length, holders.data.length])
    expect([body.loses.length, body.gains.length]).to.deep.equal([100, 100])
    expect(body.loses[0].permissions).to.deep.equal(['billing:read'])
    expect(body.gains[0].permissions).to.deep.equal(['application:read'])
    const replaced = await acme.admin.api('DELETE', pathOf(acme, `roles/${role.id}?replacement=accounting&dryRun=true`))
    expect([replaced.body.losing, replaced.body.loses.length]).to.deep.equal([holders.data.length + 1, 100])
    const [inviter] = replaced.body.loses.filter(({ invitations }: Answer['body']) => invitations.length > 0)
    expect([inviter.account.id, inviter.permissions]).to.deep.equal([acme.admin.account.id, []])
    const ended = await acme.admin.api('DELETE', `${pathOf(acme, '').slice(0, -1)}?dryRun=true`)
    expect([ended.body.losing, ended.body.loses.length]).to.deep.equal([131, 100])
    expect((await acme.admin.api('GET', `/organisations/${acme.id}`)).status).to.equal(200)
  })

  it('is asked for in the SDK by `dryRun`, and typed as what it answers', async () => {
    const { rolecall, account } = await aPerson()
    const { id: organisation } = await rolecall.organisations.create({ name: unique('Previewed') })
    const other = await aPerson()
    const { id: member } = await rolecall.members.add({ organisation, email: other.email, role: 'manager' })
    const preview = await rolecall.members.remove({ organisation, member, dryRun: true })
    expect(preview.loses.map((loss) => loss.account.id)).to.deep.equal([other.account.id])
    const handed = await rolecall.members.transfer({ organisation, member, dryRun: true })
    expect(handed.gains.map((gain) => gain.account.id)).to.deep.equal([other.account.id])
    expect(handed.loses.map((loss) => loss.account.id)).to.deep.equal([account.id])
    const suspended: { status: string } = await rolecall.members.suspend({ organisation, member })
    expect(suspended.status).to.equal('suspended')
  })
})
