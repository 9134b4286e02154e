import { get, type IncomingMessage } from 'node:http'
import type { AnyEvent } from '@rolecall/contract'
import { expect } from 'chai'
import { fillEvents } from '../bench/large-organisation.ts'
import { aPerson } from './rig/client.ts'
import { invite } from './rig/invite.ts'
import { anOrganisation, type Person, type TestOrganisation } from './rig/people.ts'
import { sharedServer, startServer } from './rig/server.ts'

const pathOf = ({ id }: { readonly id: string }, query = '') => `/organisations/${id}/events${query}`
const told = ({ status, body }: { readonly status: number; readonly body: { readonly code?: string } }) => [
  status,
  body.code,
]

async function seqsOf(organisation: TestOrganisation, query: string): Promise<number[]> {
  const { status, text, body } = await organisation.admin.api('GET', pathOf(organisation, `?${query}`))
  expect(status, text).to.equal(200)
  return body.data.map(({ seq }: AnyEvent) => seq)
}

async function exported(organisation: TestOrganisation, accept: string, query = '', by: Person = organisation.admin) {
  const headers = { Authorization: `Bearer ${by.session.accessToken}`, Accept: accept }
  const answer = await fetch(`${by.url}/v1${pathOf(organisation, query)}`, { headers })
  return { status: answer.status, headers: answer.headers, text: await answer.text() }
}

describe('the log as an audit', () => {
  it('is narrowed to what an event is about, and by whom', async () => {
    const acme = await anOrganisation()
    const [ada, ben] = [await acme.add('manager'), await acme.add('developer')]
    await ada.api('PATCH', `/organisations/${acme.id}/members/${ben.member}`, { role: 'accounting' })
    const { invitation } = await invite(acme)
    const role = await acme.admin.api('POST', `/organisations/${acme.id}/roles`, { name: 'Support', permissions: [] })
    await acme.admin.api('PATCH', `/organisations/${acme.id}/roles/${role.body.id}`, { name: 'Helpers' })
    expect(await seqsOf(acme, `subject=${ben.member}`)).to.deep.equal([4, 5])
    expect(await seqsOf(acme, `subject=${ben.account.id}`)).to.deep.equal([4, 5])
    expect(await seqsOf(acme, `subject=${ben.member}&type=member.added`)).to.deep.equal([4])
    expect(await seqsOf(acme, `subject=${ben.member}&actor=${ada.account.id}`)).to.deep.equal([5])
    expect(await seqsOf(acme, `subject=${invitation.id}`)).to.deep.equal([6])
    expect(await seqsOf(acme, `subject=${role.body.id}&order=desc&limit=1`)).to.deep.equal([8])
    expect(await seqsOf(acme, 'subject=mem_nobody')).to.deep.equal([])
  })

  it('is narrowed by patterns of types, from both ends and page by page', async () => {
    const acme = await anOrganisation()
    for (let count = 0; count < 3; count += 1) await acme.add('developer')
    await acme.admin.api('PATCH', `/organisations/${acme.id}`, { description: 'Anew' })
    expect(await seqsOf(acme, 'type=member.*')).to.deep.equal([2, 3, 4, 5])
    expect(await seqsOf(acme, 'type=organisation.*')).to.deep.equal([1, 6])
    expect(await seqsOf(acme, 'type=member.added,organisation.described')).to.deep.equal([2, 3, 4, 5, 6])
    expect(await seqsOf(acme, 'type=*&order=desc')).to.deep.equal([6, 5, 4, 3, 2, 1])
    const first = await acme.admin.api('GET', pathOf(acme, '?type=member.*&limit=3'))
    expect(await seqsOf(acme, `type=member.*&limit=3&after=${first.body.next}`)).to.deep.equal([5])
    for (const type of ['member', 'member.*.*', 'member.*,', '$where', 'Member.*']) {
      const refused = await acme.admin.api('GET', pathOf(acme, `?type=${encodeURIComponent(type)}`))
      expect(told(refused), type).to.deep.equal([400, 'invalid_request'])
    }
  })

  it('E59 is narrowed by time: from the first event of a moment on, and before another', async () => {
    let now = new Date('2026-03-01T12:00:00Z')
    const server = await startServer({ now: () => now })
    try {
      const acme = await anOrganisation({ url: server.url })
      for (let minute = 1; minute <= 4; minute += 1) {
        now = new Date(Date.UTC(2026, 2, 1, 12, minute))
        await acme.admin.api('PATCH', `/organisations/${acme.id}`, { description: `After ${minute}` })
      }
      expect(await seqsOf(acme, 'since=2026-03-01T12:02:00Z')).to.deep.equal([4, 5, 6])
      expect(await seqsOf(acme, 'until=2026-03-01T12:02:00Z')).to.deep.equal([1, 2, 3])
      expect(await seqsOf(acme, 'since=2026-03-01T12:01:00Z&until=2026-03-01T12:03:00Z')).to.deep.equal([3, 4])
      expect(await seqsOf(acme, 'since=2026-03-01T12:01:00Z&order=desc&limit=2')).to.deep.equal([6, 5])
      expect(await seqsOf(acme, 'since=2027-01-01T00:00:00Z')).to.deep.equal([])
      expect(await seqsOf(acme, 'until=2025-01-01T00:00:00Z&order=desc')).to.deep.equal([])
      const refused = await acme.admin.api('GET', pathOf(acme, '?since=yesterday'))
      expect(told(refused)).to.deep.equal([400, 'invalid_request'])
    } finally {
      await server.close()
    }
  })

  it('E30 shows a reader nothing more by being narrowed', async () => {
    const acme = await anOrganisation()
    const [accounting, ben] = [await acme.add('accounting'), await acme.add('developer')]
    for (const query of [`subject=${ben.member}`, 'type=member.*', `subject=${ben.member}&type=member.added`]) {
      const { status, body } = await accounting.api('GET', pathOf(acme, `?${query}`))
      expect([status, body.data], query).to.deep.equal([200, []])
    }
  })
})

describe('the export of a log', () => {
  it('holds all of it as lines of JSON and as CSV, as it was when it began', async () => {
    const acme = await anOrganisation({ name: '=cmd|calc' })
    const { connection } = (await sharedServer()).app
    await fillEvents(connection, acme.id, 1_200)
    const lines = await exported(acme, 'application/x-ndjson')
    expect(lines.headers.get('Content-Type')).to.equal('application/x-ndjson')
    expect(lines.headers.get('Content-Disposition')).to.equal('attachment; filename="events.ndjson"')
    const events = lines.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(events.map(({ seq }) => seq)).to.deep.equal(Array.from({ length: 1_202 }, (_, index) => index + 1))
    const { body } = await acme.admin.api('GET', pathOf(acme, '?limit=2'))
    expect(events.slice(0, 2)).to.deep.equal(body.data)

    const table = await exported(acme, 'text/csv', `?order=desc&actor=${acme.admin.account.id}&limit=1`)
    expect(table.headers.get('Content-Disposition')).to.equal('attachment; filename="events.csv"')
    const rows = table.text.split('\r\n')
    expect(rows[0]).to.equal('seq,id,at,type,actorKind,actor,actorName,subjects,affects,audience,data,hash')
    expect(rows.slice(1).map((row) => row.split(',')[0])).to.deep.equal(['2', '1', ''])
    expect(rows[1]?.split(',')[6]).to.equal("'=cmd|calc")
  })

  it('is for whoever holds audit:read: all others are refused, and read what they may as JSON', async () => {
    const acme = await anOrganisation()
    for (const role of ['manager', 'developer', 'accounting'] as const) {
      const person = await acme.add(role)
      for (const accept of ['text/csv', 'application/x-ndjson']) {
        const { status, headers, text } = await exported(acme, accept, '', person)
        expect([status, JSON.parse(text).code], `${role} ${accept}`).to.deep.equal([403, 'forbidden'])
        expect(headers.get('Content-Type')).to.equal('application/problem+json')
      }
      expect((await exported(acme, 'application/json', '', person)).status).to.equal(200)
    }
    const outsider = (await anOrganisation()).admin
    expect((await exported(acme, 'text/csv', '', outsider)).status).to.equal(404)
  })

  it('is had by the SDK', async () => {
    const { rolecall, personal } = await aPerson()
    const text = await rolecall.events.list({ organisation: personal.id, type: 'member.*' }).as('application/x-ndjson')
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).type),
    ).to.deep.equal(['member.added'])
    expect(await rolecall.events.verify({ organisation: personal.id })).to.deep.include({ ok: true, events: 2, seq: 2 })
  })

  const endings = {
    'E53 is removed': ({ admin, id }: TestOrganisation, { member }: { readonly member: string }) =>
      admin.api('DELETE', `/organisations/${id}/members/${member}`),
    'E53 loses audit:read': ({ admin, id }: TestOrganisation, { member }: { readonly member: string }) =>
      admin.api('PATCH', `/organisations/${id}/members/${member}`, { role: 'manager' }),
    'E45 has the organisation deleted before their eyes': ({ admin, id }: TestOrganisation) =>
      admin.api('DELETE', `/organisations/${id}`),
  } as const
  for (const [ending, end] of Object.entries(endings)) {
    it(`breaks off, so that nobody takes it for the whole, once its reader ${ending}`, async () => {
      const acme = await anOrganisation()
      const ada = await acme.add('admin')
      await fillWithLongData(acme)
      const headers = { Authorization: `Bearer ${ada.session.accessToken}`, Accept: 'application/x-ndjson' }
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        get(`${ada.url}/v1${pathOf(acme)}`, { headers }, resolve).on('error', reject)
      })
      // Nothing is taken but the first part, so that the server cannot have sent the last when access ends.
      const parts = response[Symbol.asyncIterator]()
      let text = String((await parts.next()).value)
      expect((await end(acme, ada)).status).to.be.lessThan(300)
      const failure = await (async () => {
        for (let part = await parts.next(); !part.done; part = await parts.next()) text += String(part.value)
      })().catch((error: NodeJS.ErrnoException) => error)
      expect(failure).to.include({ code: 'ECONNRESET' })
      expect(text.split('\n').length).to.be.within(2, longEvents)
    })
  }
})

const longEvents = 6_000

/** More than the buffers between a server and its client hold. */
async function fillWithLongData({ id }: TestOrganisation): Promise<void> {
  const { connection } = (await sharedServer()).app
  await fillEvents(connection, id, longEvents)
  await connection
    .collection<{ log: string }>('events')
    .updateMany({ log: id, seq: { $gt: 3 } }, { $set: { 'data.note': 'x'.repeat(3_000) } })
}
