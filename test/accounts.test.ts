import { expect } from 'chai'
import { insist } from './rig/insist.ts'
import { anOrganisation, apiOf, defaultPassword, type Person, signUp, unique } from './rig/people.ts'
import { sharedServer } from './rig/server.ts'

interface Entry {
  readonly type: string
  readonly data: { readonly [key: string]: unknown }
}

/** What a log shows, as pairs of type and data. */
async function logOf(person: Person, path: string): Promise<[string, unknown][]> {
  const { body } = await person.api('GET', `${path}/events?limit=200`)
  return body.data.map(({ type, data }: Entry) => [type, data])
}
const ownLog = (person: Person) => logOf(person, '/account')
const organisationLog = (person: Person, id: string) => logOf(person, `/organisations/${id}`)

const nobody = async () => apiOf((await sharedServer()).url)
const anAddress = () => `${unique('ada').replace(' ', '-')}@example.com`
const statuses = (answers: readonly { readonly status: number }[]) => answers.map(({ status }) => status).sort()

async function signUpAs(body: object) {
  return (await nobody())('POST', '/accounts', { password: defaultPassword, ...body })
}

describe('signing up', () => {
  it('creates the account, its personal organisation and a session', async () => {
    const [email, name] = [anAddress(), unique('Ada')]
    const { status, body } = await signUpAs({ email: ` ${email.toUpperCase()} `, name: ` ${name} ` })
    expect(status).to.equal(201)
    expect(body.account).to.deep.include({ email: email.toUpperCase(), name })
    expect(body.organisation).to.deep.include({
      name: `${name}’s organisation`,
      personal: true,
      owner: body.account.id,
      role: 'admin',
    })
    const api = apiOf((await sharedServer()).url, body.session.accessToken)
    expect((await api('GET', '/account')).body).to.deep.equal(body.account)
    expect((await api('GET', '/organisations')).body).to.deep.equal({ data: [body.organisation] })
    const read = await api('GET', `/organisations/${body.organisation.id}`)
    expect(read.body).to.deep.equal({ ...body.organisation, heldNames: [] })
  })

  it('begins two logs, the account’s and the organisation’s', async () => {
    const person = await signUp()
    const { account, organisation, session } = person
    expect((await ownLog(person)).map(([type]) => type)).to.deep.equal(['account.created', 'session.started'])
    const log = await organisationLog(person, organisation.id)
    expect(log[0]).to.deep.equal([
      'organisation.created',
      { organisation: { id: organisation.id, name: organisation.name, personal: true } },
    ])
    expect(log[1]).to.have.nested.property('[1].member.account.id', account.id)
    expect(log).to.have.lengthOf(2)
    expect(session.id).to.match(/^ses_/)
  })

  it('E15 tells an address that is taken, in whatever spelling', async () => {
    const { email } = await signUp()
    for (const spelling of [email, email.toUpperCase(), ` ${email}`, email.replace('p', 'ｐ')]) {
      const { status, body } = await signUpAs({ email: spelling, name: 'Eve' })
      expect([status, body.code], spelling).to.deep.equal([409, 'email_taken'])
    }
  })

  it('lets one of ten at the same moment have an address', async () => {
    const email = anAddress()
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => insist(() => signUpAs({ email, name: unique('Ada') }))),
    )
    expect(statuses(answers)).to.deep.equal([201, ...Array.from({ length: 9 }, () => 409)])
  })

  it('refuses what NFKC turns into no address', async () => {
    for (const email of ['a＠b@example.com', 'a@exam\u00a8ple.com', `${'ﷺ'.repeat(20)}@example.com`]) {
      const { status, body } = await signUpAs({ email, name: 'Ada' })
      expect([status, body.code, body.errors?.[0]?.path], email).to.deep.equal([400, 'invalid_request', 'email'])
    }
  })

  it('E19 finds another name for the personal organisation when the first is taken', async () => {
    const name = unique('Grace Hopper')
    const first = `${name}’s organisation`
    const { admin } = await anOrganisation({ organisation: first })
    const { status, body } = await signUpAs({ email: anAddress(), name })
    expect(status).to.equal(201)
    expect(body.organisation.name.startsWith(`${first} `), body.organisation.name).to.equal(true)
    expect(body.organisation.name).not.to.include(admin.email)
  })

  it('E19 succeeds for ten people of one name at the same moment', async () => {
    const name = unique('Namesake')
    // What took too long may have been done all the same: it is asked for again by another address.
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => insist(() => signUpAs({ email: anAddress(), name }))),
    )
    expect(statuses(answers)).to.deep.equal(Array.from({ length: 10 }, () => 201))
    const names = new Set(answers.map(({ body }) => body.organisation.name))
    expect(names.size).to.equal(10)
  })

  it('E19 finds a name for whoever has a long one', async () => {
    const { status, body } = await signUpAs({ email: anAddress(), name: '👩‍👩‍👧‍👦'.repeat(9) })
    expect(status).to.equal(201)
    expect(body.organisation.name).to.match(/^(👩‍👩‍👧‍👦)+’s organisation/)
  })
})

describe('changing one’s name', () => {
  it('changes it in the member lists of all organisations, and tells their logs', async () => {
    const organisation = await anOrganisation()
    const member = await organisation.add('developer')
    const name = unique('Renamed')
    const { status, body, headers } = await member.api('PATCH', '/account', { name: ` ${name} ` })
    expect([status, body]).to.deep.equal([200, { ...member.account, name }])
    expect(headers.get('Rolecall-Seq')).to.equal('3')
    const read = await organisation.admin.api('GET', `/organisations/${organisation.id}/members/${member.member}`)
    expect(read.body.account).to.deep.equal({ id: member.account.id, name, email: member.email })
    const before = member.account.name
    expect((await ownLog(member)).at(-1)).to.deep.equal([
      'account.updated',
      { before: { name: before }, after: { name } },
    ])
    const last = (await organisationLog(organisation.admin, organisation.id)).at(-1)
    expect(last).to.deep.equal([
      'member.updated',
      {
        member: { id: member.member, account: { id: member.account.id, name } },
        before: { name: before, email: member.email },
        after: { name, email: member.email },
      },
    ])
    expect((await organisationLog(member, member.organisation.id)).at(-1)?.[0]).to.equal('member.updated')
  })

  it('to the present one changes nothing', async () => {
    const person = await signUp()
    const { status, body, headers } = await person.api('PATCH', '/account', { name: person.account.name })
    expect([status, body]).to.deep.equal([200, person.account])
    expect(headers.get('Rolecall-Seq')).to.equal('2')
    expect(await ownLog(person)).to.have.lengthOf(2)
    expect(await organisationLog(person, person.organisation.id)).to.have.lengthOf(2)
  })

  it('leaves no list with the former name when organisations are joined and left meanwhile', async () => {
    const person = await signUp()
    const organisations = await Promise.all(Array.from({ length: 4 }, () => anOrganisation()))
    const add = ({ admin, id }: (typeof organisations)[number]) =>
      admin.api('POST', `/organisations/${id}/members`, { email: person.email, role: 'manager' })
    const name = unique('Renamed')
    const [renamed, ...added] = await Promise.all([
      person.api('PATCH', '/account', { name }),
      ...organisations.map((organisation) => add(organisation)),
    ])
    expect(statuses([renamed, ...added])).to.deep.equal([200, 201, 201, 201, 201])
    for (const { admin, id } of organisations) {
      const { body } = await admin.api('GET', `/organisations/${id}/members`)
      const names = body.data.map(({ account }: { account: { name: string } }) => account.name)
      expect(names).to.have.members([admin.account.name, name])
    }
  })

  it('goes on in the others when an organisation was deleted', async () => {
    const [lasting, deleted] = [await anOrganisation(), await anOrganisation()]
    const { admin } = lasting
    await deleted.admin.api('POST', `/organisations/${deleted.id}/members`, { email: admin.email, role: 'developer' })
    expect((await deleted.admin.api('DELETE', `/organisations/${deleted.id}`)).status).to.equal(204)
    expect((await admin.api('PATCH', '/account', { name: unique('Renamed') })).status).to.equal(200)
    expect((await organisationLog(admin, lasting.id)).at(-1)?.[0]).to.equal('member.updated')
  })
})

describe('changing one’s password', () => {
  const newPassword = 'another horse battery'
  const change = (person: Person, body = {}, headers = {}) =>
    person.api('POST', '/account/password', { password: person.password, newPassword, ...body }, headers)
  const signIn = async ({ email }: Person, password: string) =>
    (await nobody())('POST', '/sessions', { email, password })

  it('E22 ends the other sessions on their very next request and keeps this one', async () => {
    const person = await signUp()
    const other = await signIn(person, person.password)
    expect((await change(person)).status).to.equal(204)
    const others = apiOf(person.url, other.body.session.accessToken)
    expect((await others('GET', '/account')).body.code).to.equal('unauthenticated')
    expect((await person.api('GET', '/account')).status).to.equal(200)
    expect((await signIn(person, person.password)).status).to.equal(401)
    expect((await ownLog(person)).slice(-2)).to.deep.equal([
      ['session.ended', { sessions: [other.body.session.id], reason: 'password_changed' }],
      ['account.password_changed', {}],
    ])
    expect((await signIn(person, newPassword)).status).to.equal(201)
  })

  it('is refused with a wrong password', async () => {
    const person = await signUp()
    const { status, body } = await change(person, { password: 'not the password' })
    expect([status, body.code]).to.deep.equal([401, 'invalid_credentials'])
    expect((await signIn(person, person.password)).status).to.equal(201)
  })

  it('E44 is answered again when it is repeated with its key, one after the other or at once', async () => {
    const person = await signUp()
    const key = { 'Idempotency-Key': unique('key').replace(' ', '-') }
    const answers = await Promise.all([change(person, {}, key), change(person, {}, key)])
    expect(statuses([...answers, await change(person, {}, key)])).to.deep.equal([204, 204, 204])
    const changes = (await ownLog(person)).filter(([type]) => type === 'account.password_changed')
    expect(changes).to.have.lengthOf(1)
  })

  it('happens once when two at the same moment start from the same password', async () => {
    const person = await signUp()
    const answers = await Promise.all([change(person), change(person, { newPassword: 'yet another horse' })])
    expect(statuses(answers)).to.deep.equal([204, 401])
  })
})

describe('deleting one’s account', () => {
  const remove = (person: Person, password = person.password) => person.api('DELETE', '/account', { password })

  it('E22 refuses its tokens on the very next request and frees its address', async () => {
    const person = await signUp()
    expect((await remove(person)).status).to.equal(204)
    for (const [method, path, body] of [
      ['GET', '/account'],
      ['GET', `/organisations/${person.organisation.id}`],
      ['GET', '/account/events'],
      ['POST', '/organisations', { name: unique('Organisation') }],
    ] as const) {
      expect((await person.api(method, path, body)).body.code, path).to.equal('unauthenticated')
    }
    const { refreshToken } = person.session
    expect((await (await nobody())('POST', '/sessions/refresh', { refreshToken })).status).to.equal(401)
    const { email, password } = person
    expect((await (await nobody())('POST', '/sessions', { email, password })).body.code).to.equal('invalid_credentials')
    const again = await signUp({ email, name: person.account.name })
    expect(again.account.id).not.to.equal(person.account.id)
  })

  it('ends its memberships, and tells the organisations why', async () => {
    const organisation = await anOrganisation()
    const member = await organisation.add('manager')
    expect((await remove(member)).status).to.equal(204)
    const { body } = await organisation.admin.api('GET', `/organisations/${organisation.id}/members`)
    expect(body.data).to.have.lengthOf(1)
    expect((await organisationLog(organisation.admin, organisation.id)).at(-1)).to.deep.equal([
      'member.removed',
      {
        member: { id: member.member, account: { id: member.account.id, name: member.account.name } },
        before: { role: 'manager' },
        reason: 'account_deleted',
      },
    ])
  })

  it('E20 deletes its personal organisation, also with other Admins in it, who lose access', async () => {
    const [owner, guest] = [await signUp(), await signUp()]
    const path = `/organisations/${owner.organisation.id}`
    const added = await owner.api('POST', `${path}/members`, { email: guest.email, role: 'admin' })
    expect(added.status).to.equal(201)
    expect((await remove(owner)).status).to.equal(204)
    expect((await guest.api('GET', path)).status).to.equal(404)
    expect((await guest.api('GET', '/organisations')).body.data).to.deep.equal([guest.organisation])
    expect((await remove(guest)).status).to.equal(204)
  })

  it('E02 is refused to the last Admin of an organisation, by its name, until there is another', async () => {
    const organisation = await anOrganisation()
    const { admin } = organisation
    const member = await organisation.add('developer')
    const refused = await remove(admin)
    expect([refused.status, refused.body.code]).to.deep.equal([409, 'last_admin'])
    expect(refused.body.detail).to.include(organisation.name)
    expect((await admin.api('GET', '/account')).status).to.equal(200)
    await admin.api('PATCH', `/organisations/${organisation.id}/members/${member.member}`, { role: 'admin' })
    expect((await remove(admin)).status).to.equal(204)
    expect((await member.api('GET', `/organisations/${organisation.id}`)).body.role).to.equal('admin')
  })

  it('E02 is refused to the only member of an organisation until it is deleted', async () => {
    const { admin, id } = await anOrganisation()
    expect((await remove(admin)).body.code).to.equal('last_admin')
    expect((await admin.api('DELETE', `/organisations/${id}`)).status).to.equal(204)
    expect((await remove(admin)).status).to.equal(204)
  })

  it('E02 succeeds for one of two Admins who do it at the same moment', async () => {
    const organisation = await anOrganisation()
    const second = await organisation.add('admin')
    const answers = await Promise.all([remove(organisation.admin), remove(second)])
    expect(statuses(answers)).to.deep.equal([204, 409])
  })

  it('E02 leaves an Admin when the other one steps down at the same moment', async () => {
    const organisation = await anOrganisation()
    const second = await organisation.add('admin')
    const path = `/organisations/${organisation.id}/members/${second.member}`
    const answers = await Promise.all([remove(organisation.admin), second.api('PATCH', path, { role: 'developer' })])
    expect(answers.filter(({ status }) => status === 409)).to.have.lengthOf(1)
  })

  it('leaves no membership behind when it is added somewhere at the same moment', async () => {
    const organisation = await anOrganisation()
    const person = await signUp()
    const path = `/organisations/${organisation.id}/members`
    const [removed, added] = await Promise.all([
      remove(person),
      organisation.admin.api('POST', path, { email: person.email, role: 'developer' }),
    ])
    expect(removed.status).to.equal(204)
    expect(added.status).to.be.oneOf([201, 404])
    const { body } = await organisation.admin.api('GET', path)
    expect(body.data).to.have.lengthOf(1)
  })

  it('is refused with a wrong password', async () => {
    const person = await signUp()
    const { status, body } = await remove(person, 'not the password')
    expect([status, body.code]).to.deep.equal([401, 'invalid_credentials'])
    expect((await person.api('GET', '/account')).status).to.equal(200)
  })
})

describe('one’s own log', () => {
  it('is read page by page, by type', async () => {
    const person = await signUp()
    for (const name of ['One', 'Two', 'Three']) await person.api('PATCH', '/account', { name })
    const first = await person.api('GET', '/account/events?type=account.updated&limit=2')
    expect(first.body.data.map(({ data }: Entry) => data.after)).to.deep.equal([{ name: 'One' }, { name: 'Two' }])
    const rest = await person.api('GET', `/account/events?type=account.updated&after=${first.body.next}`)
    expect(rest.body.data.map(({ data }: Entry) => data.after)).to.deep.equal([{ name: 'Three' }])
    expect(rest.body).not.to.have.property('next')
  })

  it('does not take a cursor of another person', async () => {
    const [person, other] = [await signUp(), await signUp()]
    const { body } = await other.api('GET', '/account/events?limit=1')
    const { status, body: problem } = await person.api('GET', `/account/events?after=${body.next}`)
    expect([status, problem.code]).to.deep.equal([400, 'invalid_cursor'])
  })
})
