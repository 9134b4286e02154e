import { builtInRoleIds, completed, permissionsOf } from '@rolecall/contract'
import { expect } from 'chai'
import type { MembershipDocument } from '../server/src/access/documents.ts'
import { connectLive, eventAt } from './rig/live.ts'
import { anOrganisation, type TestOrganisation, unique } from './rig/people.ts'
import { sharedServer } from './rig/server.ts'

const custom = (organisation: TestOrganisation) => `/organisations/${organisation.id}/roles`

async function aRole(organisation: TestOrganisation, permissions: readonly string[], name = unique('Role')) {
  const { status, text, body } = await organisation.admin.api('POST', custom(organisation), { name, permissions })
  expect(status, text).to.equal(201)
  return body
}

const seqOf = ({ headers }: { headers: Headers }) => Number(headers.get('Rolecall-Seq'))

describe('composing a role', () => {
  it('adds what its permissions imply, and is listed behind the built-in ones', async () => {
    const acme = await anOrganisation()
    const role = await aRole(acme, ['repository:write', 'member:manage'], 'Lead')
    expect(role).to.deep.include({ name: 'Lead', builtIn: false, description: '' })
    expect(role.permissions).to.deep.equal(completed(['repository:write', 'member:manage']))
    expect(role.permissions).to.include.members(['organisation:read', 'member:read', 'repository:read'])
    const { body } = await acme.admin.api('GET', custom(acme))
    expect(body.data.map(({ id }: { id: string }) => id)).to.deep.equal([...builtInRoleIds, role.id])
    expect(body.data[0].permissions).to.deep.equal(permissionsOf('admin'))
  })

  it('refuses what stays with Admin, and what is no permission', async () => {
    const acme = await anOrganisation()
    for (const permission of ['organisation:delete', 'role:manage', 'apikey:manage', 'audit:read', 'everything']) {
      const { status, body } = await acme.admin.api('POST', custom(acme), { name: 'Deputy', permissions: [permission] })
      expect([status, body.code], permission).to.deep.equal([400, 'invalid_request'])
    }
  })

  it('refuses a name that looks like one in use, built-in ones included, also of two at the same time', async () => {
    const acme = await anOrganisation()
    await aRole(acme, [], 'Support')
    for (const name of ['support', 'Ѕupport', ' ADMIN ', 'Develоper']) {
      const { status, body } = await acme.admin.api('POST', custom(acme), { name, permissions: [] })
      expect([status, body.code], name).to.deep.equal([409, 'role_name_taken'])
    }
    const both = await Promise.all(
      [1, 2].map(() => acme.admin.api('POST', custom(acme), { name: 'Twin', permissions: [] })),
    )
    expect(both.map(({ status }) => status).sort()).to.deep.equal([201, 409])
    const other = await anOrganisation()
    await aRole(other, [], 'Support')
  })

  it('ends at fifty roles', async () => {
    const acme = await anOrganisation()
    for (let count = 0; count < 50; count += 1) await aRole(acme, [])
    const { status, body } = await acme.admin.api('POST', custom(acme), { name: 'One more', permissions: [] })
    expect([status, body.code]).to.deep.equal([409, 'role_limit'])
  })
})

describe('holding a custom role', () => {
  it('permits what it says, over HTTP and live, and nothing else', async () => {
    const acme = await anOrganisation()
    const role = await aRole(acme, ['member:read'])
    const person = await acme.add(role.id)
    const mine = await person.api('GET', `/organisations/${acme.id}/permissions`)
    expect(mine.body).to.deep.equal({ member: person.member, role: role.id, permissions: role.permissions })
    expect((await person.api('GET', `/organisations/${acme.id}/members`)).status).to.equal(200)
    expect((await person.api('PATCH', `/organisations/${acme.id}`, { name: unique('Taken') })).status).to.equal(403)
    const live = await connectLive(person)
    expect(await live.subscribe(acme.id)).to.deep.include({ role: role.id, permissions: role.permissions })
    const joined = await acme.add('developer')
    const { body } = await live.until(({ name }) => name === 'event')
    expect(body.data.member.id).to.equal(joined.member)
  })

  it('E04 E05 is given by those alone who hold all that it permits', async () => {
    const acme = await anOrganisation()
    const within = await aRole(acme, ['application:update'])
    const beyond = await aRole(acme, ['billing:read'])
    const manager = await acme.add('manager')
    const subject = await acme.add('developer')
    const change = (role: string) =>
      manager.api('PATCH', `/organisations/${acme.id}/members/${subject.member}`, { role })
    expect((await change(within.id)).status).to.equal(200)
    expect((await change(beyond.id)).status).to.equal(403)
    // What a Manager lacks makes its holder untouchable to them.
    await acme.admin.api('PATCH', `/organisations/${acme.id}/members/${subject.member}`, { role: beyond.id })
    expect((await change('developer')).status).to.equal(403)
  })

  it('of another organisation, or of none, is refused', async () => {
    const [acme, other] = [await anOrganisation(), await anOrganisation()]
    const foreign = await aRole(other, [])
    const subject = await acme.add('developer')
    for (const role of [foreign.id, 'rol_00000000000000000000000000']) {
      const path = `/organisations/${acme.id}/members/${subject.member}`
      const { status, body } = await acme.admin.api('PATCH', path, { role })
      expect([status, body.code]).to.deep.equal([404, 'role_not_found'])
    }
    const asked = await acme.admin.api('PATCH', `${custom(acme)}/${foreign.id}`, { description: 'Mine' })
    expect(asked.status).to.equal(404)
  })
})

describe('changing a role that people hold', () => {
  it('E54 tells all who hold it, and moves them at that place in the log, without an event that lists them', async () => {
    const acme = await anOrganisation()
    const role = await aRole(acme, ['member:read'])
    const [one, two] = await Promise.all([acme.add(role.id), acme.add(role.id)])
    const live = await connectLive(one)
    const unsubscribed = await connectLive(two)
    await live.subscribe(acme.id)

    const narrowed = await acme.admin.api('PATCH', `${custom(acme)}/${role.id}`, { permissions: [] })
    const access = { organisation: acme.id, seq: seqOf(narrowed), role: role.id, permissions: ['organisation:read'] }
    await live.until(eventAt(seqOf(narrowed)))
    expect(live.received.at(-2)).to.deep.equal({ name: 'access', body: access })
    expect((await unsubscribed.until(({ name }) => name === 'access')).body).to.deep.equal(access)
    expect((await one.api('GET', `/organisations/${acme.id}/members`)).status).to.equal(403)

    const hidden = await acme.admin.api('PATCH', `/organisations/${acme.id}/members/${two.member}`, {
      role: 'developer',
    })
    const widened = await acme.admin.api('PATCH', `${custom(acme)}/${role.id}`, { permissions: ['member:manage'] })
    await live.until(eventAt(seqOf(widened)))
    expect(live.received.filter(eventAt(seqOf(hidden))), 'while it was narrow').to.deep.equal([])
    const shown = await acme.admin.api('PATCH', `/organisations/${acme.id}/members/${two.member}`, {
      role: 'accounting',
    })
    await live.until(eventAt(seqOf(shown)))
    const { data } = live.received.find(eventAt(seqOf(widened)))?.body ?? {}
    expect(Object.keys(data)).to.have.members(['role', 'before', 'after'])
  })

  it('E54 holds in a replay: what a narrowed role may not see is not replayed', async () => {
    const acme = await anOrganisation()
    const role = await aRole(acme, ['member:read'])
    const person = await acme.add(role.id)
    const first = await connectLive(person)
    const { cursor } = await first.subscribe(acme.id)
    first.close()
    await acme.add('developer')
    await acme.admin.api('PATCH', `${custom(acme)}/${role.id}`, { permissions: [] })
    const again = await connectLive(person)
    await again.subscribe(acme.id, cursor)
    await again.until(({ name }) => name === 'position')
    expect(again.received.filter(({ name }) => name === 'event').map(({ body }) => body.type)).to.deep.equal([
      'role.updated',
    ])
  })

  it('E54 reaches 10,000 holders by one event of the usual size', async () => {
    const acme = await anOrganisation()
    const role = await aRole(acme, ['member:read'])
    const watching = await Promise.all(
      [1, 2, 3].map(async () => {
        const live = await connectLive(await acme.add(role.id))
        await live.subscribe(acme.id)
        return live
      }),
    )
    const { app } = await sharedServer()
    const memberships = app.connection.collection<MembershipDocument>('memberships')
    const sample = await memberships.findOne({ organisation: acme.id, role: role.id })
    if (sample === null) throw new Error('nobody holds the role')
    const holders = Array.from({ length: 10_000 }, (_, index) => {
      const account = { ...sample.account, id: `acc_${acme.id}${index}` }
      return { ...sample, _id: `mem_${acme.id}${index}`, account }
    })
    // In pieces: the embedded engine does one command at a time.
    for (let first = 0; first < holders.length; first += 500) {
      await memberships.insertMany(holders.slice(first, first + 500))
    }

    const narrowed = await acme.admin.api('PATCH', `${custom(acme)}/${role.id}`, { permissions: [] })
    expect(narrowed.status, narrowed.text).to.equal(200)
    for (const live of watching) {
      const { body } = await live.until(({ name }) => name === 'access')
      expect(body).to.deep.include({ seq: seqOf(narrowed), permissions: ['organisation:read'] })
      const event = await live.until(eventAt(seqOf(narrowed)))
      expect(JSON.stringify(event.body).length).to.be.lessThan(1_500)
      expect(event.body.affects).to.deep.equal([])
    }
    const replaced = await acme.admin.api('DELETE', `${custom(acme)}/${role.id}?replacement=accounting`)
    expect([replaced.status, replaced.body.code], 'too many for one change').to.deep.equal([409, 'role_in_use'])
  })

  it('to what it is already is answered, and is no event', async () => {
    const acme = await anOrganisation()
    const role = await aRole(acme, ['member:read'], 'Same')
    const same = { name: 'Same', permissions: ['member:read'] }
    const answer = await acme.admin.api('PATCH', `${custom(acme)}/${role.id}`, same)
    expect([answer.status, seqOf(answer)]).to.deep.equal([200, 3])
  })

  it('is not for the built-in ones', async () => {
    const acme = await anOrganisation()
    for (const method of ['PATCH', 'DELETE'] as const) {
      const { status, body } = await acme.admin.api(
        method,
        `${custom(acme)}/developer`,
        method === 'PATCH' ? {} : undefined,
      )
      expect([status, body.code]).to.deep.equal([403, 'forbidden'])
    }
  })
})

describe('deleting a role', () => {
  it('is refused while somebody holds it, unless it says what they get instead', async () => {
    const acme = await anOrganisation()
    const role = await aRole(acme, ['member:read'])
    const person = await acme.add(role.id)
    const live = await connectLive(person)
    await live.subscribe(acme.id)
    const inUse = await acme.admin.api('DELETE', `${custom(acme)}/${role.id}`)
    expect([inUse.status, inUse.body.code]).to.deep.equal([409, 'role_in_use'])
    const gone = await acme.admin.api('DELETE', `${custom(acme)}/${role.id}?replacement=developer`)
    expect(gone.status, gone.text).to.equal(204)
    const { body } = await live.until(({ name }) => name === 'access')
    expect(body).to.deep.include({ role: 'developer', permissions: permissionsOf('developer'), seq: seqOf(gone) })
    const member = await acme.admin.api('GET', `/organisations/${acme.id}/members/${person.member}`)
    expect(member.body.role).to.equal('developer')
    const left = await acme.admin.api('GET', custom(acme))
    expect(left.body.data).to.have.lengthOf(builtInRoleIds.length)
  })

  it('can give them another custom role', async () => {
    const acme = await anOrganisation()
    const [role, other] = [await aRole(acme, ['member:read']), await aRole(acme, ['billing:read'])]
    const person = await acme.add(role.id)
    for (const replacement of [role.id, 'rol_00000000000000000000000000']) {
      const refused = await acme.admin.api('DELETE', `${custom(acme)}/${role.id}?replacement=${replacement}`)
      expect(refused.status).to.be.oneOf([400, 404])
    }
    await acme.admin.api('DELETE', `${custom(acme)}/${role.id}?replacement=${other.id}`)
    const mine = await person.api('GET', `/organisations/${acme.id}/permissions`)
    expect(mine.body).to.deep.include({ role: other.id, permissions: other.permissions })
  })
})

describe('explaining a permission', () => {
  it('names the rule that decides, for oneself and, with member:read, for others', async () => {
    const acme = await anOrganisation()
    const role = await aRole(acme, ['member:read'], 'Watcher')
    const [developer, watcher] = [await acme.add('developer'), await acme.add(role.id)]
    const path = `/organisations/${acme.id}/permissions`
    const own = await developer.api('POST', `${path}/explain`, { permission: 'member:read' })
    expect(own.body).to.deep.include({
      member: developer.member,
      allowed: false,
      rule: 'role_lacks',
      role: { id: 'developer', name: 'Developer' },
    })
    expect(own.body.roles.map(({ name }: { name: string }) => name)).to.deep.equal(['Admin', 'Manager', 'Watcher'])
    const asked = await watcher.api('POST', `${path}/explain`, {
      permission: 'repository:read',
      member: developer.member,
    })
    expect(asked.body).to.deep.include({ allowed: true, rule: 'role_permits', member: developer.member })
    const refused = await developer.api('POST', `${path}/explain`, {
      permission: 'repository:read',
      member: watcher.member,
    })
    expect(refused.status).to.equal(403)
    const check = await watcher.api('POST', `${path}/check`, { permissions: ['member:read', 'billing:read'] })
    expect(check.body).to.deep.equal({ member: watcher.member, allowed: false, missing: ['billing:read'] })
  })
})
