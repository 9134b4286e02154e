import { expect } from 'chai'
import { insist } from './rig/insist.ts'
import { type Answer, anOrganisation, apiOf, type Person, signUp, unique } from './rig/people.ts'
import { startServer, type TestServer } from './rig/server.ts'

const dayMs = 24 * 60 * 60 * 1000

const create = (person: Person, name: string, headers = {}) => person.api('POST', '/organisations', { name }, headers)
const rename = (person: Person, id: string, name: string) => person.api('PATCH', `/organisations/${id}`, { name })
const remove = (person: Person, id: string) => person.api('DELETE', `/organisations/${id}`)
const told = ({ status, body }: Answer) => [status, body?.code]
const taken = [409, 'organisation_name_taken']

async function created(person: Person, name = unique('Organisation')): Promise<{ id: string; name: string }> {
  const { status, body } = await create(person, name)
  expect(status).to.equal(201)
  return body
}

async function logOf(person: Person, id: string): Promise<[string, unknown][]> {
  const { body } = await person.api('GET', `/organisations/${id}/events?limit=200`)
  return body.data.map((event: { type: string; data: unknown }) => [event.type, event.data])
}

/** Every page, read with `between` called after the first. */
async function pages(person: Person, path: string, between?: () => Promise<void>): Promise<string[]> {
  const ids: string[] = []
  for (let after = ''; ; ) {
    const { status, body } = await person.api('GET', `${path}?limit=2${after}`)
    expect(status).to.equal(200)
    ids.push(...body.data.map(({ id }: { id: string }) => id))
    if (body.next === undefined) return ids
    if (after === '') await between?.()
    after = `&after=${body.next}`
  }
}

describe('creating an organisation', () => {
  it('makes its founder the Admin, and begins its log', async () => {
    const founder = await signUp()
    const name = unique('Acme')
    const { status, headers, body } = await create(founder, ` ${name} `)
    expect(status).to.equal(201)
    expect(body).to.deep.include({ name, personal: false, role: 'admin' })
    expect(headers.get('Rolecall-Seq')).to.equal('2')
    const { body: members } = await founder.api('GET', `/organisations/${body.id}/members`)
    expect(members.data).to.have.lengthOf(1)
    expect(members.data[0]).to.deep.include({ role: 'admin', organisation: body.id })
    expect(await logOf(founder, body.id)).to.deep.equal([
      ['organisation.created', { organisation: { id: body.id, name, personal: false } }],
      ['member.added', { member: members.data[0] }],
    ])
    expect((await founder.api('GET', `/organisations/${body.id}`)).body).to.deep.equal(body)
  })

  it('E16 refuses a name that looks like one in use, whoever asks', async () => {
    const [founder, other] = [await signUp(), await signUp()]
    const name = unique('Acme')
    await created(founder, name)
    const lookAlikes = [
      name,
      name.toUpperCase(),
      ` ${name} `,
      name.replace('c', '\u0441'),
      name.replace('Acme', 'Ac\u200bme'),
      name.replace('Acme', '\uff21\uff43\uff4d\uff45'),
    ]
    for (const lookAlike of lookAlikes) {
      for (const person of [founder, other]) {
        expect(told(await create(person, lookAlike)), lookAlike).to.deep.equal(taken)
      }
    }
  })

  it('E16 refuses controls, bidirectional ones too, and names that show nothing', async () => {
    const founder = await signUp()
    for (const name of [
      'Ac\u202eme',
      'Ac\u200fme',
      'Ac\u2066me',
      'Ac\nme',
      'Ac\u0000me',
      '',
      ' ',
      '\u200b\u3164',
      'x'.repeat(65),
    ]) {
      const answer = await create(founder, name)
      expect(told(answer), JSON.stringify(name)).to.deep.equal([400, 'invalid_request'])
      expect(answer.body.errors[0].path).to.equal('name')
    }
  })

  it('E17 lets one of 50 simultaneous look-alikes through, and tells 49 that the name is taken', async () => {
    const people = await Promise.all(Array.from({ length: 10 }, () => signUp()))
    const name = unique('Racecar')
    const spellings = [name, name.toUpperCase(), name.replace('e', '\u0435'), name.replace('a', 'a\u200b'), ` ${name}`]
    const answers = await Promise.all(
      people.flatMap((person) =>
        spellings.map((spelling, at) => insist(() => create(person, spelling, { 'Idempotency-Key': `${at}` }))),
      ),
    )
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 201)).to.have.lengthOf(1)
    expect(answers.filter((answer) => answer.status !== 201).map(told)).to.deep.equal(
      Array.from({ length: 49 }, () => taken),
    )
  })
})

describe('listing one’s organisations', () => {
  it('shows the personal one first, then the others in order of creation, each with one’s own role', async () => {
    const acme = await anOrganisation()
    const developer = await acme.add('developer')
    const own = await created(developer)
    const { body } = await developer.api('GET', '/organisations')
    const seen = body.data.map(({ id, role }: { id: string; role: string }) => [id, role])
    const others = [
      [acme.id, 'developer'],
      [own.id, 'admin'],
    ].sort()
    expect(seen).to.deep.equal([[developer.organisation.id, 'admin'], ...others])
    expect(body).not.to.have.property('next')
  })

  it('E49 shows each once, whatever is created and deleted between the pages', async () => {
    const person = await signUp()
    const all: string[] = []
    for (let count = 0; count < 5; count += 1) all.push((await created(person)).id)
    const [first = '', , third = '', ...kept] = all
    const later: string[] = []
    const seen = await pages(person, '/organisations', async () => {
      // The one that the page ended with, and one that is still to come.
      await remove(person, first)
      await remove(person, third)
      later.push((await created(person)).id)
    })
    expect(seen).to.deep.equal([person.organisation.id, first, all[1], ...kept, ...later])
  })

  it('E49 refuses a cursor that was altered, made up, or belongs to another list', async () => {
    const acme = await anOrganisation()
    const [one, other] = [acme.admin, await acme.add('admin')]
    const cursorOf = async (person: Person, path: string) => (await person.api('GET', `${path}?limit=1`)).body.next
    const cursor: string = await cursorOf(one, '/organisations')
    const members: string = await cursorOf(one, `/organisations/${acme.id}/members`)
    expect((await one.api('GET', `/organisations?after=${cursor}`)).status).to.equal(200)
    const refused: [string, string][] = [
      ['/organisations', cursor.replace(/^./, (letter) => (letter === 'A' ? 'B' : 'A'))],
      ['/organisations', `${cursor}AAAA`],
      ['/organisations', cursor.slice(0, -4)],
      ['/organisations', Buffer.from('org_00000000000000000000000000').toString('base64url')],
      ['/organisations', 'x'],
      ['/organisations', members],
      ['/organisations', await cursorOf(other, '/organisations')],
      [`/organisations/${acme.id}/members`, cursor],
      [`/organisations/${acme.id}/members`, `${members}!`],
      [`/organisations/${acme.id}/members`, members.slice(0, -1)],
    ]
    for (const [path, after] of refused) {
      expect(told(await one.api('GET', `${path}?after=${encodeURIComponent(after)}`)), after).to.deep.equal([
        400,
        'invalid_cursor',
      ])
    }
  })
})

describe('renaming an organisation', () => {
  it('tells the old and the new name', async () => {
    const { admin, id, name } = await anOrganisation()
    const next = unique('Renamed')
    const { status, headers, body } = await rename(admin, id, next)
    expect(status).to.equal(200)
    expect(body).to.deep.include({ id, name: next, role: 'admin' })
    expect(headers.get('Rolecall-Seq')).to.equal('3')
    expect((await logOf(admin, id)).at(-1)).to.deep.equal([
      'organisation.renamed',
      { before: { name }, after: { name: next } },
    ])
  })

  it('says nothing where nothing changed', async () => {
    const { admin, id, name } = await anOrganisation()
    const { status, headers } = await rename(admin, id, ` ${name} `)
    expect([status, headers.get('Rolecall-Seq')]).to.deep.equal([200, '2'])
    expect(await logOf(admin, id)).to.have.lengthOf(2)
  })

  it('E21 keeps the old name from everybody else, not from the organisation itself', async () => {
    const { admin, id, name } = await anOrganisation()
    const next = unique('Renamed')
    await rename(admin, id, next)
    expect(told(await create(await signUp(), name.toUpperCase()))).to.deep.equal(taken)
    expect(told(await create(admin, name))).to.deep.equal(taken)
    expect((await rename(admin, id, name)).body.name).to.equal(name)
    expect(told(await create(admin, next))).to.deep.equal(taken)
  })

  it('changes upper and lower case without holding anything', async () => {
    const { admin, id, name } = await anOrganisation()
    for (const spelling of [name.toUpperCase(), name.toLowerCase(), name, name.toUpperCase(), name]) {
      expect((await rename(admin, id, spelling)).body.name).to.equal(spelling)
    }
  })

  it('refuses a name that another organisation has, and keeps the present one', async () => {
    const [one, other] = [await anOrganisation(), await anOrganisation()]
    expect(told(await rename(one.admin, one.id, other.name.toUpperCase()))).to.deep.equal(taken)
    expect((await one.admin.api('GET', `/organisations/${one.id}`)).body.name).to.equal(one.name)
    expect(told(await create(other.admin, one.name))).to.deep.equal(taken)
  })

  it('E17 lets one of many through that take the same name at once', async () => {
    const name = unique('Wanted')
    const all = await Promise.all(Array.from({ length: 8 }, () => anOrganisation()))
    const answers = await Promise.all(all.map(({ admin, id }) => rename(admin, id, name)))
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, ...Array.from({ length: 7 }, () => 409)])
  })
})

describe('deleting an organisation', () => {
  it('E21 ends it for everybody: its id answers what an unknown one does, its name stays held', async () => {
    const { admin, id, name, add } = await anOrganisation()
    const developer = await add('developer')
    expect((await remove(admin, id)).status).to.equal(204)
    for (const person of [admin, developer]) {
      const unknown = await person.api('GET', '/organisations/org_00000000000000000000000000')
      for (const path of ['', '/members', '/events', '/permissions']) {
        const { status, text } = await person.api('GET', `/organisations/${id}${path}`)
        expect([status, text]).to.deep.equal([404, unknown.text])
      }
      const { body } = await person.api('GET', '/organisations')
      expect(body.data.map((one: { id: string }) => one.id)).to.deep.equal([person.organisation.id])
      expect(told(await create(person, name))).to.deep.equal(taken)
    }
    expect(told(await rename(admin, id, unique('Late')))).to.deep.equal([404, 'not_found'])
    expect(told(await remove(admin, id))).to.deep.equal([404, 'not_found'])
  })

  it('is for Admins', async () => {
    const { id, add } = await anOrganisation()
    for (const role of ['manager', 'developer', 'accounting']) {
      expect(told(await remove(await add(role), id)), role).to.deep.equal([403, 'forbidden'])
    }
  })
})

describe('a held name', () => {
  let server: TestServer
  let now = new Date('2026-03-01T12:00:00Z')

  // A server of its own, whose clock can be set.
  before(async () => {
    server = await startServer({ now: () => now })
  })
  after(() => server.close())

  async function later(person: Person, days: number): Promise<Person> {
    now = new Date(now.getTime() + days * dayMs)
    const { email, password } = person
    const { body } = await apiOf(server.url)('POST', '/sessions', { email, password })
    return { ...person, api: apiOf(server.url, body.session.accessToken) }
  }

  it('E21 is free for anybody after 30 days, and not a day before', async () => {
    const { admin, id, name } = await anOrganisation({ url: server.url })
    const deleted = await created(admin)
    const other = await signUp({ url: server.url })
    await rename(admin, id, unique('Renamed'))
    await remove(admin, deleted.id)
    const before = await later(other, 29)
    expect(told(await create(before, name))).to.deep.equal(taken)
    expect(told(await create(before, deleted.name))).to.deep.equal(taken)
    const after = await later(other, 1)
    expect((await create(after, name)).status).to.equal(201)
    expect((await create(after, deleted.name)).status).to.equal(201)
    // The organisation that had it is an outsider now like any other.
    expect(told(await rename(await later(admin, 0), id, name))).to.deep.equal(taken)
  })

  it('E17 goes to one of many who want it the moment it is free', async () => {
    const { admin, id, name } = await anOrganisation({ url: server.url })
    await rename(admin, id, unique('Renamed'))
    const people = await Promise.all(Array.from({ length: 6 }, () => signUp({ url: server.url })))
    now = new Date(now.getTime() + 30 * dayMs)
    const ready = await Promise.all(people.map((person) => later(person, 0)))
    const answers = await Promise.all(ready.map((person) => create(person, name)))
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([201, ...Array.from({ length: 5 }, () => 409)])
  })

  it('is one of three at most, so that nobody hoards names by renaming', async () => {
    const { admin, id, name } = await anOrganisation({ url: server.url })
    for (let count = 0; count < 3; count += 1) expect((await rename(admin, id, unique('Next'))).status).to.equal(200)
    const fifth = unique('Fifth')
    expect(told(await rename(admin, id, fifth))).to.deep.equal([409, 'too_many_held_names'])
    // Taking one back holds another in its place.
    expect((await rename(admin, id, name)).status).to.equal(200)
    const after = await later(admin, 30)
    expect((await rename(after, id, fifth)).status).to.equal(200)
  })
})

describe('a personal organisation', () => {
  const personalName = (name: string) => `${name}’s organisation`

  it('E19 gets a name that is free where somebody else has the obvious one', async () => {
    const name = unique('Ada Lovelace')
    await created(await signUp(), personalName(name).toUpperCase())
    const { organisation } = await signUp({ name })
    expect(organisation.name.slice(0, -6)).to.equal(personalName(name))
    expect(organisation.name.slice(-6)).to.match(/^ [2-9b-z]{5}$/)
  })

  it('E19 gets a name of its own when many people of one name sign up at once', async () => {
    const name = unique('Ada Lovelace')
    const people = await Promise.all(Array.from({ length: 8 }, () => signUp({ name })))
    const names = people.map(({ organisation }) => organisation.name)
    expect(names.filter((one) => one === personalName(name))).to.have.lengthOf(1)
    expect(new Set(names)).to.have.lengthOf(8)
  })

  it('E19 cuts the name of a person with a long one between letters, and keeps it out of the way of others', async () => {
    const long = '👩‍👩‍👧‍👦'.repeat(9)
    const { organisation } = await signUp({ name: long })
    expect(organisation.name).to.match(/^(👩‍👩‍👧‍👦)+’s organisation( .....)?$/u)
    const { organisation: second } = await signUp({ name: 'x'.repeat(100) })
    expect(second.name.length).to.be.at.most(64)
  })

  it('E20 cannot be deleted while its owner’s account lives', async () => {
    const owner = await signUp()
    expect(told(await remove(owner, owner.organisation.id))).to.deep.equal([409, 'personal_organisation'])
    expect((await owner.api('GET', `/organisations/${owner.organisation.id}`)).status).to.equal(200)
  })

  it('E20 can be renamed, and takes members', async () => {
    const [owner, guest] = [await signUp(), await signUp()]
    const { id } = owner.organisation
    const name = unique('Workshop')
    expect((await rename(owner, id, name)).body).to.deep.include({ name, personal: true })
    const added = await owner.api('POST', `/organisations/${id}/members`, { email: guest.email, role: 'developer' })
    expect(added.status).to.equal(201)
    // It is the owner’s personal one, and not the guest’s: there it stands behind the guest’s own.
    const { body } = await guest.api('GET', '/organisations')
    expect(body.data.map((one: { id: string }) => one.id)).to.deep.equal([guest.organisation.id, id])
  })

  it('E20 keeps its owner: no leaving, no stepping down, and no other Admin can demote or remove them', async () => {
    const [owner, other] = [await signUp(), await signUp()]
    const path = `/organisations/${owner.organisation.id}/members`
    const ownerId = (await owner.api('GET', path)).body.data[0].id
    await owner.api('POST', path, { email: other.email, role: 'admin' })
    for (const person of [owner, other]) {
      for (const role of ['manager', 'developer', 'accounting']) {
        expect(told(await person.api('PATCH', `${path}/${ownerId}`, { role }))).to.deep.equal([
          409,
          'personal_organisation',
        ])
      }
      expect(told(await person.api('DELETE', `${path}/${ownerId}`))).to.deep.equal([409, 'personal_organisation'])
    }
    expect((await owner.api('GET', `${path}/${ownerId}`)).body.role).to.equal('admin')
  })
})
