import { expect } from 'chai'
import { aPerson, until } from './rig/client.ts'
import { aFlakyNetwork } from './rig/flaky-network.ts'
import { unique } from './rig/people.ts'
import { sharedServer } from './rig/server.ts'

describe('liveOrganisations', () => {
  it('follows what one founds, joins, leaves, and is made', async () => {
    const { rolecall, personal, email } = await aPerson()
    const other = await aPerson()
    const view = rolecall.liveOrganisations()
    await view.ready
    expect(view.rows).to.deep.equal([personal])
    expect(rolecall.liveOrganisations()).to.equal(view)
    const { heldNames: _mine, ...mine } = await rolecall.organisations.create({ name: unique('Mine') })
    await until(view, ({ rows }) => rows.length === 2)
    const theirs = await other.rolecall.organisations.create({ name: unique('Theirs') })
    const member = await other.rolecall.members.add({ organisation: theirs.id, email, role: 'developer' })
    await until(view, ({ rows }) => rows.length === 3)
    const { heldNames: _, ...seen } = theirs
    expect(view.rows).to.deep.equal([personal, mine, { ...seen, role: 'developer', roleName: 'Developer' }])
    const support = await other.rolecall.roles.create({
      organisation: theirs.id,
      name: 'Support',
      permissions: ['member:read'],
    })
    await other.rolecall.members.changeRole({ organisation: theirs.id, member: member.id, role: support.id })
    await until(view, () => view.get(theirs.id)?.role === support.id)
    expect(view.get(theirs.id)?.roleName).to.equal('Support')
    await other.rolecall.members.changeRole({ organisation: theirs.id, member: member.id, role: 'manager' })
    await until(view, () => view.get(theirs.id)?.role === 'manager')
    await other.rolecall.members.remove({ organisation: theirs.id, member: member.id })
    await until(view, ({ rows }) => rows.length === 2)
    await rolecall.organisations.delete({ organisation: mine.id })
    await until(view, ({ rows }) => rows.length === 1)
    expect(view.rows).to.deep.equal([personal])
  })

  it('knows after a disconnect what happened meanwhile', async () => {
    const network = await aFlakyNetwork((await sharedServer()).url)
    const { rolecall, personal, email } = await aPerson({ baseUrl: network.url })
    const other = await aPerson()
    const left = await other.rolecall.organisations.create({ name: unique('Left') })
    const member = await other.rolecall.members.add({ organisation: left.id, email, role: 'developer' })
    const view = rolecall.liveOrganisations()
    await view.ready
    expect(view.rows.map(({ id }) => id)).to.deep.equal([personal.id, left.id])
    network.down()
    await other.rolecall.members.remove({ organisation: left.id, member: member.id })
    const joined = await other.rolecall.organisations.create({ name: unique('Joined') })
    await other.rolecall.members.add({ organisation: joined.id, email, role: 'accounting' })
    network.up()
    await until(view, ({ rows }) => rows.some(({ id }) => id === joined.id))
    const { heldNames: _, ...seen } = joined
    expect(view.rows).to.deep.equal([personal, { ...seen, role: 'accounting', roleName: 'Accounting' }])
  })

  it('keeps no former names, which neither a rename nor a demotion would tell', async () => {
    const [{ rolecall }, { rolecall: other, email }] = [await aPerson(), await aPerson()]
    const own = await rolecall.organisations.create({ name: unique('Named') })
    const member = await rolecall.members.add({ organisation: own.id, email, role: 'manager' })
    await rolecall.organisations.update({ organisation: own.id, name: unique('Renamed') })
    expect((await other.organisations.read({ organisation: own.id })).heldNames?.length).to.equal(1)
    const [view, live] = [other.liveOrganisations(), other.live(own.id)]
    await Promise.all([view.ready, live.ready])
    await until(live, ({ organisation }) => organisation !== undefined)
    const name = unique('Renamed')
    await rolecall.organisations.update({ organisation: own.id, name })
    await until(view, () => view.get(own.id)?.name === name)
    await until(live, ({ organisation }) => organisation?.name === name)
    for (const role of ['manager', 'developer'] as const) {
      await rolecall.members.changeRole({ organisation: own.id, member: member.id, role })
      await until(view, () => view.get(own.id)?.role === role)
      await until(live, ({ organisation }) => organisation?.role === role)
      expect(view.get(own.id)).not.to.have.property('heldNames')
      expect(live.organisation).not.to.have.property('heldNames')
    }
  })

  it('follows the name of an organisation that is watched live', async () => {
    const { rolecall, personal } = await aPerson()
    const view = rolecall.liveOrganisations()
    await Promise.all([view.ready, rolecall.live(personal.id).ready])
    const name = unique('Renamed')
    await rolecall.organisations.update({ organisation: personal.id, name })
    await until(view, () => view.get(personal.id)?.name === name)
  })
})
