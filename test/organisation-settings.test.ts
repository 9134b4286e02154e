import { completed } from '@rolecall/contract'
import { expect } from 'chai'
import { aPerson, until } from './rig/client.ts'
import { connectLive, eventAt } from './rig/live.ts'
import { type Answer, anOrganisation, type Person, signUp, unique } from './rig/people.ts'

const told = ({ status, body }: Answer) => [status, body?.code]
const pathOf = ({ id }: { readonly id: string }) => `/organisations/${id}`

async function lastEvent(person: Person, organisation: { readonly id: string }): Promise<[string, unknown]> {
  const { body } = await person.api('GET', `${pathOf(organisation)}/events?limit=200`)
  const { type, data } = body.data.at(-1)
  return [type, data]
}

describe('describing an organisation', () => {
  it('tells everybody before and after', async () => {
    const acme = await anOrganisation()
    const developer = await acme.add('developer')
    const live = await connectLive(developer)
    await live.subscribe(acme.id)
    const { status, headers, body } = await acme.admin.api('PATCH', pathOf(acme), { description: ' We make anvils. ' })
    expect([status, body.description]).to.deep.equal([200, 'We make anvils.'])
    const heard = await live.until(eventAt(Number(headers.get('Rolecall-Seq'))))
    const data = { before: { description: '' }, after: { description: 'We make anvils.' } }
    expect([heard.body.type, heard.body.data]).to.deep.equal(['organisation.described', data])
    expect((await developer.api('GET', pathOf(acme))).body.description).to.equal('We make anvils.')
  })

  it('is possible from the beginning, and can be taken back', async () => {
    const founder = await signUp()
    const made = await founder.api('POST', '/organisations', { name: unique('Acme'), description: 'Anvils' })
    expect(made.body.description).to.equal('Anvils')
    expect((await founder.api('PATCH', pathOf(made.body), { description: '' })).body.description).to.equal('')
  })

  it('says nothing where nothing changed, and refuses what is no text', async () => {
    const acme = await anOrganisation()
    const { status, headers } = await acme.admin.api('PATCH', pathOf(acme), { description: '' })
    expect([status, headers.get('Rolecall-Seq')]).to.deep.equal([200, '2'])
    expect((await acme.admin.api('PATCH', pathOf(acme), {})).status).to.equal(200)
    for (const description of ['x'.repeat(501), 'one\u0000two', 'left\u202eright', 7, null]) {
      const answer = await acme.admin.api('PATCH', pathOf(acme), { description })
      expect(told(answer), JSON.stringify(description)).to.deep.equal([400, 'invalid_request'])
    }
  })

  it('and renaming are one change where they are asked for together, of which nothing is done where a name is taken', async () => {
    const [acme, other] = [await anOrganisation(), await anOrganisation()]
    const taken = await acme.admin.api('PATCH', pathOf(acme), { name: other.name, description: 'Ours' })
    expect(told(taken)).to.deep.equal([409, 'organisation_name_taken'])
    expect((await acme.admin.api('GET', pathOf(acme))).body).to.deep.include({ name: acme.name, description: '' })
    const name = unique('Renamed')
    const { body, headers } = await acme.admin.api('PATCH', pathOf(acme), { name, description: 'Ours' })
    expect(body).to.deep.include({ name, description: 'Ours' })
    expect(headers.get('Rolecall-Seq')).to.equal('4')
  })
})

describe('letting Developers see the members', () => {
  it('shows them the members at once, and takes that away at once', async () => {
    const acme = await anOrganisation()
    const [developer, accounting] = [await acme.add('developer'), await acme.add('accounting')]
    const [live, unsubscribed, other] = await Promise.all(
      [developer, developer, accounting].map((one) => connectLive(one)),
    )
    await live?.subscribe(acme.id)
    await other?.subscribe(acme.id)
    const members = () => developer.api('GET', `${pathOf(acme)}/members`)
    expect(told(await members())).to.deep.equal([403, 'forbidden'])
    const plain = completed(['application:read', 'application:create', 'repository:read', 'repository:write'])

    for (const [sees, permissions] of [
      [true, completed([...plain, 'member:read'])],
      [false, plain],
    ] as const) {
      const { body, headers } = await acme.admin.api('PATCH', pathOf(acme), { developersSeeMembers: sees })
      expect(body.developersSeeMembers).to.equal(sees)
      expect(headers.get('Rolecall-Fenced')).to.equal('true')
      expect((await members()).status).to.equal(sees ? 200 : 403)
      const seq = Number(headers.get('Rolecall-Seq'))
      expect(await lastEvent(acme.admin, acme)).to.deep.equal([
        'organisation.settings_changed',
        {
          before: { developersSeeMembers: !sees },
          after: { developersSeeMembers: sees },
          developer: { permissions },
        },
      ])
      for (const client of [live, unsubscribed]) {
        const access = await client?.until(({ name, body: { seq: at } }) => name === 'access' && at === seq)
        expect(access?.body).to.deep.equal({ organisation: acme.id, seq, role: 'developer', permissions })
      }
      await live?.until(eventAt(seq))
      const more = await acme.add('accounting')
      const added = (await acme.admin.api('GET', `${pathOf(acme)}/events?limit=200`)).body.data.at(-1)
      await live?.settled()
      const heard = live?.received.some(({ name, body: { id } }) => name === 'event' && id === added.id)
      expect(heard, `${more.member} is seen`).to.equal(sees)
    }
    await other?.settled()
    expect(other?.received.filter(({ name }) => name === 'access')).to.deep.equal([])
  })

  it('holds for Developers who come later, and stands in the matrix of roles', async () => {
    const acme = await anOrganisation()
    await acme.admin.api('PATCH', pathOf(acme), { developersSeeMembers: true })
    const developer = await acme.add('developer')
    expect((await developer.api('GET', `${pathOf(acme)}/members`)).status).to.equal(200)
    const { body } = await developer.api('GET', `${pathOf(acme)}/roles`)
    const shown = body.data.find(({ id }: { id: string }) => id === 'developer')
    expect(shown.permissions).to.include('member:read')
    expect((await developer.api('GET', pathOf(acme))).body.developersSeeMembers).to.equal(true)
  })

  it('E04 is for who may update the organisation and sees the members, and no more than true or false', async () => {
    const acme = await anOrganisation()
    const change = async (role: string) =>
      (await acme.add(role)).api('PATCH', pathOf(acme), { developersSeeMembers: true })
    expect(told(await change('developer'))).to.deep.equal([403, 'forbidden'])
    expect(told(await change('accounting'))).to.deep.equal([403, 'forbidden'])
    // E04: a setting gives a permission too, and nobody gives what they do not hold.
    const { body } = await acme.admin.api('POST', `${pathOf(acme)}/roles`, {
      name: 'Editor',
      permissions: ['organisation:update'],
    })
    expect(told(await change(body.id))).to.deep.equal([403, 'forbidden'])
    const wrong = await acme.admin.api('PATCH', pathOf(acme), { developersSeeMembers: 'yes' })
    expect(told(wrong)).to.deep.equal([400, 'invalid_request'])
    expect((await change('manager')).status).to.equal(200)
  })
})

describe('an organisation as it is shown', () => {
  it('names one’s own role, also one of the organisation’s own, in the list too', async () => {
    const acme = await anOrganisation()
    const role = { name: 'Support', permissions: ['member:read'] }
    const { body: support } = await acme.admin.api('POST', `${pathOf(acme)}/roles`, role)
    const person = await acme.add(support.id)
    expect((await person.api('GET', pathOf(acme))).body).to.deep.include({ role: support.id, roleName: 'Support' })
    const { body } = await person.api('GET', '/organisations')
    expect(body.data.map(({ roleName }: { roleName: string }) => roleName)).to.deep.equal(['Admin', 'Support'])
  })

  it('E21 lists former names that are held, as they were typed, to who may rename it', async () => {
    const acme = await anOrganisation()
    const [manager, developer] = [await acme.add('manager'), await acme.add('developer')]
    const second = unique('Second')
    await manager.api('PATCH', pathOf(acme), { name: second })
    const { body } = await manager.api('PATCH', pathOf(acme), { name: unique('Third') })
    expect(body.heldNames.map(({ name }: { name: string }) => name)).to.deep.equal([acme.name, second])
    const days = (Date.parse(body.heldNames[1].heldUntil) - Date.now()) / 86_400_000
    expect(days).to.be.within(29.9, 30)
    expect((await acme.admin.api('GET', pathOf(acme))).body).to.deep.include({ heldNames: body.heldNames })
    expect((await developer.api('GET', pathOf(acme))).body).not.to.have.property('heldNames')
    const back = await acme.admin.api('PATCH', pathOf(acme), { name: second })
    expect(back.body.heldNames.map(({ name }: { name: string }) => name))
      .to.include(body.name)
      .and.not.include(second)
  })

  it('E20 can be changed like any other where it is personal, except for being deleted', async () => {
    const owner = await signUp()
    const change = { name: unique('Workshop'), description: 'Mine', developersSeeMembers: true }
    const { status, body } = await owner.api('PATCH', pathOf(owner.organisation), change)
    expect(status).to.equal(200)
    expect(body).to.deep.include({ ...change, personal: true, owner: owner.account.id })
    expect(told(await owner.api('DELETE', pathOf(owner.organisation)))).to.deep.equal([409, 'personal_organisation'])
    expect((await owner.api('GET', '/organisations?deleted=true')).body.data).to.deep.equal([])
  })

  it('is exact in the SDK’s live views', async () => {
    const { rolecall } = await aPerson()
    const acme = await rolecall.organisations.create({ name: unique('Acme') })
    const live = rolecall.live(acme.id)
    const own = rolecall.liveOrganisations()
    await Promise.all([live.ready, own.ready])
    await until(live, ({ organisation }) => organisation !== undefined)
    const change = { name: unique('Renamed'), description: 'Anvils', developersSeeMembers: true }
    await rolecall.organisations.update({ organisation: acme.id, ...change })
    const isThere = (row: object | undefined) =>
      Object.entries(change).every(([key, value]) =>
        Object.entries(row ?? {}).some(([k, v]) => k === key && v === value),
      )
    await until(live, ({ organisation }) => isThere(organisation))
    await until(own, ({ rows }) => isThere(rows.find(({ id }) => id === acme.id)))
  })
})
