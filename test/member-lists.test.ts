import { expect } from 'chai'
import { type Answer, anOrganisation, type Person, type TestOrganisation } from './rig/people.ts'

type MemberPerson = Person & { readonly member: string }

const list = (organisation: TestOrganisation, query = '', by: Person = organisation.admin): Promise<Answer> =>
  by.api('GET', `/organisations/${organisation.id}/members${query}`)
const namesOf = ({ body }: Answer): string[] =>
  body.data.map(({ account }: { account: { name: string } }) => account.name)
const told = ({ status, body }: Answer) => [status, body?.code]

async function withMembers(
  people: readonly (readonly [name: string, role: string, email?: string])[],
): Promise<{ acme: TestOrganisation; members: MemberPerson[] }> {
  const acme = await anOrganisation({ name: 'Zoe Founder' })
  const members: MemberPerson[] = []
  for (const [name, role, email] of people) {
    members.push(await acme.add(role, { name, ...(email === undefined ? {} : { email }) }))
  }
  return { acme, members }
}

/** All names of a list, read page by page. */
async function walk(acme: TestOrganisation, query: string, between: () => Promise<unknown> = async () => undefined) {
  const names: string[] = []
  let next: string | undefined
  do {
    const page = await list(acme, `?limit=2${query}${next === undefined ? '' : `&after=${next}`}`)
    expect(page.status, page.text).to.equal(200)
    names.push(...namesOf(page))
    next = page.body.next
    await between()
  } while (next !== undefined)
  return names
}

describe('searching members', () => {
  it('finds the beginnings of words of name and email, whatever their case and accents', async () => {
    // Longer than any part of the rig’s own addresses, one of which is the number of this process in letters.
    const { acme } = await withMembers([
      ['Łukasz Müller', 'developer', `lukmuel.${Date.now()}@krakow.example`],
      ['Émile Strauß', 'developer', `emile.${Date.now()}@paris.example`],
      ['Ada Lovelace', 'developer', `countess.${Date.now()}@london.example`],
    ])
    const found = async (q: string) => namesOf(await list(acme, `?q=${encodeURIComponent(q)}`))
    for (const q of ['lukasz', 'MULLER', 'mül lu', 'krak', 'lukmuel.', 'Łuk']) {
      expect(await found(q), q).to.deep.equal(['Łukasz Müller'])
    }
    for (const q of ['emile', 'strauss', 'STRAUẞ', 'e str']) expect(await found(q), q).to.deep.equal(['Émile Strauß'])
    expect(await found('countess@london')).to.deep.equal(['Ada Lovelace'])
    for (const q of ['ovelace', 'ada muller', '%', '.*', '$ne', '('] as const)
      expect(await found(q), q).to.deep.equal([])
    expect(await found(' ')).to.have.lengthOf(4)
  })

  it('finds people by their new name once they have changed it, and not by the old one', async () => {
    const { acme, members } = await withMembers([['Former Name', 'developer']])
    await members[0]?.api('PATCH', '/account', { name: 'Fresh Title' })
    expect(namesOf(await list(acme, '?q=fresh'))).to.deep.equal(['Fresh Title'])
    expect(namesOf(await list(acme, '?q=former'))).to.deep.equal([])
    expect(namesOf(await list(acme, '?sort=name'))).to.deep.equal(['Fresh Title', 'Zoe Founder'])
  })

  it('filters by role and status', async () => {
    const { acme, members } = await withMembers([
      ['Ann', 'developer'],
      ['Ben', 'accounting'],
      ['Cem', 'developer'],
    ])
    await acme.admin.api('POST', `/organisations/${acme.id}/members/${members[2]?.member}/suspend`)
    expect(namesOf(await list(acme, '?role=developer'))).to.deep.equal(['Ann', 'Cem'])
    expect(namesOf(await list(acme, '?status=suspended'))).to.deep.equal(['Cem'])
    for (const sort of ['since', 'name', 'role']) {
      expect(namesOf(await list(acme, `?status=suspended&role=developer&q=c&sort=${sort}`))).to.deep.equal(['Cem'])
      expect(namesOf(await list(acme, `?status=active&role=developer&sort=${sort}`))).to.deep.equal(['Ann'])
      expect(namesOf(await list(acme, `?status=suspended&role=accounting&sort=${sort}`))).to.deep.equal([])
    }
    expect(told(await list(acme, '?role=boss'))).to.deep.equal([400, 'invalid_request'])
    expect(namesOf(await list(acme, '?role=rol_00000000000000000000000000'))).to.deep.equal([])
  })
})

describe('sorting members', () => {
  const people = [
    ['dora', 'accounting'],
    ['Carl', 'manager'],
    ['Bea', 'developer'],
    ['álva', 'developer'],
    ['Bea', 'manager'],
    ['Zoe', 'admin'],
  ] as const
  const orders = {
    since: ['Zoe Founder', 'dora', 'Carl', 'Bea', 'álva', 'Bea', 'Zoe'],
    name: ['álva', 'Bea', 'Bea', 'Carl', 'dora', 'Zoe', 'Zoe Founder'],
    role: ['Zoe Founder', 'Zoe', 'Carl', 'Bea', 'Bea', 'álva', 'dora'],
  }

  for (const [sort, names] of Object.entries(orders)) {
    it(`by ${sort} goes on from page to page, in both directions and while searching`, async () => {
      const { acme } = await withMembers(people)
      expect(await walk(acme, `&sort=${sort}`)).to.deep.equal(names)
      expect(await walk(acme, `&sort=${sort}&order=desc`)).to.deep.equal([...names].reverse())
      expect(await walk(acme, `&sort=${sort}&q=example`)).to.deep.equal(names)
    })
  }

  it('by role puts custom roles last, also where one that a page ended in is deleted', async () => {
    const { acme, members } = await withMembers([
      ['Ann', 'developer'],
      ['Ben', 'developer'],
      ['Cem', 'developer'],
    ])
    const roles: string[] = []
    for (const name of ['Support', 'Audit']) {
      const { body } = await acme.admin.api('POST', `/organisations/${acme.id}/roles`, {
        name,
        permissions: ['member:read'],
      })
      roles.push(body.id)
    }
    const give = (index: number, role = '') =>
      acme.admin.api('PATCH', `/organisations/${acme.id}/members/${members[index]?.member}`, { role })
    await give(0, roles[1])
    await give(1, roles[0])
    expect(await walk(acme, '&sort=role')).to.deep.equal(['Zoe Founder', 'Cem', 'Ben', 'Ann'])
    const page = await list(acme, '?sort=role&limit=3')
    expect(namesOf(page)).to.deep.equal(['Zoe Founder', 'Cem', 'Ben'])
    await acme.admin.api('DELETE', `/organisations/${acme.id}/roles/${roles[0]}?replacement=accounting`)
    expect(namesOf(await list(acme, `?sort=role&limit=3&after=${page.body.next}`))).to.deep.equal(['Ann'])
  })

  it('E49 shows each once, whatever joins and leaves between the pages', async () => {
    for (const sort of ['since', 'name', 'role']) {
      const { acme, members } = await withMembers(['F', 'B', 'E', 'A', 'D', 'C'].map((name) => [name, 'developer']))
      const leaving = [members[3], members[4]]
      let joined = 0
      const names = await walk(acme, `&sort=${sort}`, async () => {
        const one = leaving.shift()
        await one?.api('DELETE', `/organisations/${acme.id}/members/${one.member}`)
        joined += 1
        if (joined < 4) await acme.add('manager', { name: `Aa ${joined}` })
      })
      expect(names, sort).to.deep.equal([...new Set(names)])
      expect(names, sort).to.include.members(['Zoe Founder', 'B', 'C', 'E', 'F'])
    }
  })

  it('E49 refuses a cursor of another list, order or search, and one that was altered', async () => {
    const { acme } = await withMembers(people)
    const { next } = (await list(acme, '?sort=name&limit=2')).body
    const query = (rest: string) => list(acme, `?limit=2&after=${rest}`)
    expect((await query(`${next}&sort=name`)).status).to.equal(200)
    for (const rest of [
      next,
      `${next}&sort=name&order=desc`,
      `${next}&sort=name&q=b`,
      `${next}&sort=name&role=admin`,
    ]) {
      expect(told(await query(rest))).to.deep.equal([400, 'invalid_cursor'])
    }
    const altered = `${next.slice(0, -4)}${next.slice(-4) === 'AAAA' ? 'BBBB' : 'AAAA'}`
    expect(told(await query(`${altered}&sort=name`))).to.deep.equal([400, 'invalid_cursor'])
  })
})
