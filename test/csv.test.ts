import { get, type IncomingMessage } from 'node:http'
import { expect } from 'chai'
import { fillMembers } from '../bench/large-organisation.ts'
import { newId } from '../server/src/ids.ts'
import { anOrganisation, type Person, type TestOrganisation } from './rig/people.ts'
import { sharedServer } from './rig/server.ts'

const csv = { Accept: 'text/csv' }
const urlOf = ({ id, admin }: TestOrganisation, query = '') => `${admin.url}/v1/organisations/${id}/members${query}`

async function read(organisation: TestOrganisation, query = '', by: Person = organisation.admin) {
  const headers = { Authorization: `Bearer ${by.session.accessToken}`, ...csv }
  const answer = await fetch(urlOf(organisation, query), { headers })
  return { status: answer.status, headers: answer.headers, text: await answer.text() }
}

describe('members as CSV', () => {
  it('come with a header, whole, in the order and selection of the list', async () => {
    const acme = await anOrganisation({ name: 'Zoe' })
    const ada = await acme.add('developer', { name: 'Ada "Countess", Lovelace' })
    await acme.add('accounting', { name: 'Ben' })
    const { status, headers, text } = await read(acme, '?sort=name&role=developer&limit=1')
    expect(status).to.equal(200)
    expect(headers.get('Content-Type')).to.equal('text/csv; charset=utf-8; header=present')
    expect(headers.get('Content-Disposition')).to.equal('attachment; filename="members.csv"')
    expect(headers.get('Vary')).to.include('Accept')
    const { body } = await acme.admin.api('GET', `/organisations/${acme.id}/members/${ada.member}`)
    expect(text).to.equal(
      `id,account,name,email,role,status,since\r\n${ada.member},${ada.account.id},"Ada ""Countess"", Lovelace",${ada.email},developer,active,${body.since}\r\n`,
    )
    expect((await read(acme, '?sort=name')).text.split('\r\n').map((line) => line.split(',').at(-3))).to.deep.equal([
      'role',
      'developer',
      'accounting',
      'admin',
      undefined,
    ])
    expect((await read(acme, '?q=nobody')).text).to.equal('id,account,name,email,role,status,since\r\n')
  })

  it('have no formulas', async () => {
    const acme = await anOrganisation()
    for (const name of ['=1+1', '+1', '-1', '@SUM(A1)', '＝1']) {
      await acme.add('developer', { name })
      const { text } = await read(acme, `?sort=since&order=desc&limit=1`)
      expect(text.split('\r\n')[1]?.split(',')[2], name).to.equal(`'${name}`)
    }
  })

  it('are for those who may see the members', async () => {
    const acme = await anOrganisation()
    const developer = await acme.add('developer')
    const outsider = (await anOrganisation()).admin
    for (const [person, status, code] of [
      [developer, 403, 'forbidden'],
      [outsider, 404, 'not_found'],
    ] as const) {
      const answer = await read(acme, '', person)
      expect([answer.status, JSON.parse(answer.text).code]).to.deep.equal([status, code])
      expect(answer.headers.get('Content-Type')).to.equal('application/problem+json')
    }
  })

  it('are JSON for whoever asks for nothing else, or for what there is not', async () => {
    const acme = await anOrganisation()
    for (const accept of [
      '*/*',
      'application/json',
      'text/html',
      'text/csv;q=0.5, application/json',
      'application/xml',
    ]) {
      const { headers } = await acme.admin.api('GET', `/organisations/${acme.id}/members`, undefined, {
        Accept: accept,
      })
      expect(headers.get('Content-Type'), accept).to.equal('application/json; charset=utf-8')
    }
  })

  it('are lines of JSON for who asks for these: each what it is in the list, over all pages', async () => {
    const acme = await anOrganisation()
    for (const role of ['developer', 'accounting'] as const) await acme.add(role)
    const headers = { Authorization: `Bearer ${acme.admin.session.accessToken}`, Accept: 'application/x-ndjson' }
    const answer = await fetch(urlOf(acme, '?sort=name&limit=1'), { headers })
    expect(answer.headers.get('Content-Type')).to.equal('application/x-ndjson')
    expect(answer.headers.get('Content-Disposition')).to.equal('attachment; filename="members.ndjson"')
    const lines = (await answer.text()).trimEnd().split('\n')
    const { body } = await acme.admin.api('GET', `/organisations/${acme.id}/members?sort=name`)
    expect(body.data).to.have.lengthOf(3)
    expect(lines.map((line) => JSON.parse(line))).to.deep.equal(body.data)
    expect(await (await fetch(urlOf(acme, '?q=nobody'), { headers })).text()).to.equal('')
  })

  it('are complete over many pages', async () => {
    const acme = await anOrganisation()
    await fillMembers((await sharedServer()).app.connection, acme.id, 2_000)
    const ids = (await read(acme, '?sort=name')).text
      .split('\r\n')
      .slice(1, -1)
      .map((line) => line.split(',')[0])
    expect(new Set(ids).size).to.equal(2_001)
    expect(ids).to.have.lengthOf(2_001)
  })

  it('E53 break off, so that nobody takes them for the whole, once their reader is removed', async () => {
    const acme = await anOrganisation()
    const ada = await acme.add('manager')
    const total = await fillWithLongNames(acme.id)
    const headers = { Authorization: `Bearer ${ada.session.accessToken}`, ...csv }
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get(urlOf(acme), { headers }, resolve).on('error', reject)
    })
    // Nothing is taken but the first part, so that the server cannot have sent the last when its reader is removed.
    const parts = response[Symbol.asyncIterator]()
    let bytes = (await parts.next()).value.length
    await acme.admin.api('DELETE', `/organisations/${acme.id}/members/${ada.member}`)
    const failure = await (async () => {
      for (let part = await parts.next(); !part.done; part = await parts.next()) bytes += part.value.length
    })().catch((error: NodeJS.ErrnoException) => error)
    expect(failure).to.include({ code: 'ECONNRESET' })
    expect(bytes).to.be.within(1, total - 1)
  })
})

/** More than the buffers between a server and its client hold. Answers how many bytes the names are. */
async function fillWithLongNames(organisation: string): Promise<number> {
  const [count, length] = [8_000, 2_500]
  const memberships = (await sharedServer()).app.connection.collection<{ _id: string }>('memberships')
  const members = Array.from({ length: count }, () => {
    const account = { id: newId('acc'), name: 'x'.repeat(length), email: 'x@example.com' }
    return { ...emptyMember, _id: newId('mem'), organisation, account, since: new Date() }
  })
  await memberships.insertMany(members)
  return count * length
}

const emptyMember = { role: 'developer', status: 'active', personalOwner: false, sinceSeq: 1, search: [], sortName: '' }
