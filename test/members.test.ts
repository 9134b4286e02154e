import { builtInRoleIds } from '@rolecall/contract'
import { expect } from 'chai'
import { type Answer, anOrganisation, type Person, signUp, type TestOrganisation } from './rig/people.ts'

type MemberPerson = Person & { readonly member: string }

const told = ({ status, body }: Answer) => [status, body?.code]
const pathOf = (organisation: { id: string }, member = '') =>
  `/organisations/${organisation.id}/members/${member}`.replace(/\/$/, '')
const add = (by: Person, to: TestOrganisation, email: string, role: string) =>
  by.api('POST', pathOf(to), { email, role })
const change = (by: Person, of: TestOrganisation, member: string, role: string) =>
  by.api('PATCH', pathOf(of, member), { role })
const remove = (by: Person, of: TestOrganisation, member: string) => by.api('DELETE', pathOf(of, member))

async function membersOf(organisation: TestOrganisation, by: Person = organisation.admin): Promise<Answer['body'][]> {
  return (await by.api('GET', `${pathOf(organisation)}?limit=200`)).body.data
}

/** The Admin who founded it, with the id of their membership. */
async function founderOf(organisation: TestOrganisation): Promise<MemberPerson> {
  const { body } = await organisation.admin.api('GET', `/organisations/${organisation.id}/permissions`)
  return { ...organisation.admin, member: body.member }
}

async function lastEvent(organisation: TestOrganisation, by: Person = organisation.admin): Promise<Answer['body']> {
  return (await by.api('GET', `/organisations/${organisation.id}/events?limit=200`)).body.data.at(-1)
}

describe('adding a member', () => {
  it('makes an existing account a member, and says so in the log', async () => {
    const acme = await anOrganisation()
    const ada = await signUp({ name: 'Ada' })
    const { status, headers, body } = await add(acme.admin, acme, ada.email, 'developer')
    expect(status).to.equal(201)
    expect(body).to.deep.include({
      organisation: acme.id,
      account: { id: ada.account.id, name: 'Ada', email: ada.email },
      role: 'developer',
      status: 'active',
    })
    expect(await lastEvent(acme)).to.deep.include({
      type: 'member.added',
      seq: Number(headers.get('Rolecall-Seq')),
      data: { member: body },
      affects: [ada.account.id],
    })
    expect((await acme.admin.api('GET', pathOf(acme, body.id))).body).to.deep.equal(body)
    expect((await ada.api('GET', `/organisations/${acme.id}`)).status).to.equal(200)
  })

  it('finds the account under any spelling of its address', async () => {
    const acme = await anOrganisation()
    for (const spell of [(text: string) => text.toUpperCase(), (text: string) => ` ${text.replace('p', '\uff50')} `]) {
      const { email } = await signUp()
      expect((await add(acme.admin, acme, spell(email), 'developer')).status).to.equal(201)
    }
  })

  it('E15 tells that an address has no account', async () => {
    const acme = await anOrganisation()
    expect(told(await add(acme.admin, acme, 'nobody-at-all@example.com', 'developer'))).to.deep.equal([
      404,
      'account_not_found',
    ])
  })

  it('refuses who is a member already, and lets one of many simultaneous tries through', async () => {
    const acme = await anOrganisation()
    const second = await acme.add('admin')
    const { email } = await signUp()
    const tries = await Promise.all(
      Array.from({ length: 10 }, (_, index) => add(index % 2 === 0 ? acme.admin : second, acme, email, 'developer')),
    )
    const refused = tries.filter(({ status }) => status !== 201)
    expect(refused.map(told)).to.deep.equal(Array.from({ length: 9 }, () => [409, 'already_member']))
    expect(told(await add(acme.admin, acme, acme.admin.email, 'developer'))).to.deep.equal([409, 'already_member'])
    expect(await membersOf(acme)).to.have.lengthOf(3)
  })

  it('and the deletion of the account exclude each other: no membership is left without a person', async () => {
    const acme = await anOrganisation()
    for (let round = 0; round < 5; round += 1) {
      const person = await signUp()
      await Promise.all([
        add(acme.admin, acme, person.email, 'developer'),
        person.api('DELETE', '/account', { password: person.password }),
      ])
      const left = (await membersOf(acme)).filter(({ account }) => account.id === person.account.id)
      const { status } = await person.api('GET', '/account')
      expect([left.length, status]).to.be.deep.oneOf([
        [0, 401],
        [1, 200],
      ])
    }
  })

  it('E04 gives oneself no second membership and no other role', async () => {
    const acme = await anOrganisation()
    const manager = await acme.add('manager')
    expect(told(await add(manager, acme, manager.email, 'manager'))).to.deep.equal([409, 'already_member'])
    expect(told(await add(manager, acme, manager.email, 'admin'))).to.deep.equal([403, 'forbidden'])
  })
})

describe('listing members', () => {
  it('E49 shows each once, whatever joins and leaves between the pages', async () => {
    const acme = await anOrganisation()
    const people: MemberPerson[] = []
    for (let count = 0; count < 5; count += 1) people.push(await acme.add('developer'))
    const [first, second, third, ...kept] = people.map(({ member }) => member)
    const page = async (after?: string) =>
      (await acme.admin.api('GET', `${pathOf(acme)}?limit=3${after === undefined ? '' : `&after=${after}`}`)).body
    const { data, next } = await page()
    expect(data.map(({ id }: { id: string }) => id)).to.deep.equal([(await founderOf(acme)).member, first, second])
    await remove(acme.admin, acme, second ?? '')
    await remove(acme.admin, acme, third ?? '')
    const late = await acme.add('developer')
    const rest = await page(next)
    expect(rest.data.map(({ id }: { id: string }) => id)).to.deep.equal([...kept, late.member])
    expect(rest).not.to.have.property('next')
  })

  it('answers the position at which it is exact', async () => {
    const acme = await anOrganisation()
    await acme.add('developer')
    const { headers } = await acme.admin.api('GET', pathOf(acme))
    expect(Number(headers.get('Rolecall-Seq'))).to.equal((await lastEvent(acme)).seq)
  })
})

describe('changing a role', () => {
  it('gives another role from the next request on', async () => {
    const acme = await anOrganisation()
    const ada = await acme.add('developer', { name: 'Ada' })
    const { status, body } = await change(acme.admin, acme, ada.member, 'manager')
    expect(status).to.equal(200)
    expect(body).to.deep.include({ id: ada.member, role: 'manager' })
    expect((await ada.api('GET', pathOf(acme))).status).to.equal(200)
    expect(await lastEvent(acme)).to.deep.include({
      type: 'member.role_changed',
      actor: { kind: 'account', id: acme.admin.account.id, name: acme.admin.account.name },
      data: {
        member: { id: ada.member, account: { id: ada.account.id, name: 'Ada' } },
        before: { role: 'developer' },
        after: { role: 'manager' },
      },
      affects: [ada.account.id],
    })
  })

  it('to the present one is answered, and is no event', async () => {
    const acme = await anOrganisation()
    const ada = await acme.add('developer')
    const before = await lastEvent(acme)
    expect((await change(acme.admin, acme, ada.member, 'developer')).body).to.deep.include({ role: 'developer' })
    expect(await lastEvent(acme)).to.deep.equal(before)
  })

  it('E01 of two Admins who demote each other at once, one succeeds and an Admin remains', async () => {
    for (let round = 0; round < 5; round += 1) {
      const acme = await anOrganisation()
      const [one, other] = [await founderOf(acme), await acme.add('admin')]
      const answers = await Promise.all([
        change(one, acme, other.member, 'developer'),
        change(other, acme, one.member, 'developer'),
      ])
      expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 403])
      await expectOneAdmin(acme, [one, other])
    }
  })

  it('E01 of two Admins who step down at once, one succeeds and an Admin remains', async () => {
    for (let round = 0; round < 5; round += 1) {
      const acme = await anOrganisation()
      const [one, other] = [await founderOf(acme), await acme.add('admin')]
      const answers = await Promise.all([
        change(one, acme, one.member, 'developer'),
        change(other, acme, other.member, 'developer'),
      ])
      expect(answers.map(told)).to.have.deep.members([
        [200, undefined],
        [409, 'last_admin'],
      ])
      await expectOneAdmin(acme, [one, other])
    }
  })

  it('E02 lets no last Admin step down or leave, until there is another', async () => {
    const acme = await anOrganisation()
    const admin = await founderOf(acme)
    const manager = await acme.add('manager')
    // Who is only invited does not count.
    const invitation = { email: `x${manager.email}`, role: 'admin' }
    expect((await admin.api('POST', `/organisations/${acme.id}/invitations`, invitation)).status).to.equal(201)
    expect(told(await change(admin, acme, admin.member, 'manager'))).to.deep.equal([409, 'last_admin'])
    expect(told(await remove(admin, acme, admin.member))).to.deep.equal([409, 'last_admin'])
    const deletion = await admin.api('DELETE', '/account', { password: admin.password })
    expect(told(deletion)).to.deep.equal([409, 'last_admin'])
    await change(admin, acme, manager.member, 'admin')
    expect((await change(admin, acme, admin.member, 'manager')).status).to.equal(200)
    expect((await remove(admin, acme, admin.member)).status).to.equal(204)
  })

  it('E04 raises nobody by their own hand', async () => {
    const acme = await anOrganisation()
    for (const role of ['manager', 'developer', 'accounting'] as const) {
      const person = await acme.add(role)
      for (const wanted of builtInRoleIds) {
        expect(told(await change(person, acme, person.member, wanted)), `${role} → ${wanted}`).to.deep.equal([
          403,
          'forbidden',
        ])
      }
    }
  })
})

describe('removing a member', () => {
  it('ends their access with the next request', async () => {
    const acme = await anOrganisation()
    const ada = await acme.add('manager', { name: 'Ada' })
    expect((await remove(acme.admin, acme, ada.member)).status).to.equal(204)
    expect(told(await ada.api('GET', pathOf(acme)))).to.deep.equal([404, 'not_found'])
    expect(told(await acme.admin.api('GET', pathOf(acme, ada.member)))).to.deep.equal([404, 'not_found'])
    expect(await lastEvent(acme)).to.deep.include({
      type: 'member.removed',
      data: {
        member: { id: ada.member, account: { id: ada.account.id, name: 'Ada' } },
        before: { role: 'manager' },
        reason: 'removed',
      },
      affects: [ada.account.id],
    })
  })

  it('is for members of every role when it is themselves: they leave', async () => {
    const acme = await anOrganisation()
    for (const role of builtInRoleIds) {
      const person = await acme.add(role)
      expect((await remove(person, acme, person.member)).status, role).to.equal(204)
      expect(told(await person.api('GET', `/organisations/${acme.id}`))).to.deep.equal([404, 'not_found'])
      expect((await lastEvent(acme)).data).to.deep.include({ before: { role }, reason: 'left' })
    }
  })

  it('and added again, they are another membership', async () => {
    const acme = await anOrganisation()
    const ada = await acme.add('developer')
    await remove(acme.admin, acme, ada.member)
    const { status, body } = await add(acme.admin, acme, ada.email, 'developer')
    expect(status).to.equal(201)
    expect(body.id).not.to.equal(ada.member)
  })

  it('E01 of two Admins who remove each other at once, one succeeds and an Admin remains', async () => {
    for (let round = 0; round < 5; round += 1) {
      const acme = await anOrganisation()
      const [one, other] = [await founderOf(acme), await acme.add('admin')]
      const answers = await Promise.all([remove(one, acme, other.member), remove(other, acme, one.member)])
      expect(answers.map(({ status }) => status).sort()).to.deep.equal([204, 404])
      await expectOneAdmin(acme, [one, other])
    }
  })

  it('E01 of two Admins who leave at once, one succeeds and an Admin remains', async () => {
    for (let round = 0; round < 5; round += 1) {
      const acme = await anOrganisation()
      const [one, other] = [await founderOf(acme), await acme.add('admin')]
      const answers = await Promise.all([remove(one, acme, one.member), remove(other, acme, other.member)])
      expect(answers.map(told)).to.have.deep.members([
        [204, undefined],
        [409, 'last_admin'],
      ])
      await expectOneAdmin(acme, [one, other])
    }
  })
})

describe('a member of another organisation', () => {
  const unknown = 'mem_00000000000000000000000000'

  it('E10 named in the path is answered, byte for byte, as one that does not exist', async () => {
    const [acme, other] = [await anOrganisation(), await anOrganisation()]
    const foreign = await founderOf(other)
    for (const send of [
      (member: string) => acme.admin.api('GET', pathOf(acme, member)),
      (member: string) => change(acme.admin, acme, member, 'developer'),
      (member: string) => remove(acme.admin, acme, member),
    ]) {
      const [one, none] = [await send(foreign.member), await send(unknown)]
      expect([one.status, one.text]).to.deep.equal([404, none.text])
    }
    expect(await membersOf(other)).to.have.lengthOf(1)
  })

  it('E10 cannot be reached by naming its organisation in the body', async () => {
    const [acme, other] = [await anOrganisation(), await anOrganisation()]
    const { email } = await signUp()
    const body = { email, role: 'developer', organisation: other.id }
    expect(told(await acme.admin.api('POST', pathOf(acme), body))).to.deep.equal([400, 'invalid_request'])
    const changed = await acme.admin.api('PATCH', pathOf(acme, (await founderOf(acme)).member), {
      role: 'admin',
      organisation: other.id,
    })
    expect(told(changed)).to.deep.equal([400, 'invalid_request'])
  })

  it('E10 is an outsider: whatever they name, they are answered as if it did not exist', async () => {
    const [acme, other] = [await anOrganisation(), await anOrganisation()]
    const { member } = await founderOf(acme)
    const none = await other.admin.api('GET', pathOf({ id: 'org_00000000000000000000000000' }, unknown))
    for (const send of [
      () => other.admin.api('GET', pathOf(acme, member)),
      () => other.admin.api('GET', pathOf(acme)),
      () => add(other.admin, acme, other.admin.email, 'admin'),
      () => change(other.admin, acme, member, 'developer'),
      () => remove(other.admin, acme, member),
    ]) {
      const { status, text } = await send()
      expect([status, text]).to.deep.equal([404, none.text])
    }
  })

  it('E30 cannot be told from one of this organisation by who may not see the members', async () => {
    const acme = await anOrganisation()
    const founder = await founderOf(acme)
    for (const role of ['developer', 'accounting']) {
      const person = await acme.add(role)
      for (const send of [
        (member: string) => person.api('GET', pathOf(acme, member)),
        (member: string) => change(person, acme, member, 'developer'),
        (member: string) => remove(person, acme, member),
      ]) {
        const [one, none] = [await send(founder.member), await send(unknown)]
        expect([one.status, one.text]).to.deep.equal([403, none.text])
      }
    }
  })
})

async function expectOneAdmin(organisation: TestOrganisation, people: readonly Person[]): Promise<void> {
  const seen = await Promise.all(
    people.map((person) => person.api('GET', `/organisations/${organisation.id}/permissions`)),
  )
  expect(seen.filter(({ status, body }) => status === 200 && body.role === 'admin')).to.have.lengthOf(1)
}
