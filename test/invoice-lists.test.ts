import { get, type IncomingMessage } from 'node:http'
import { expect } from 'chai'
import type { InvoiceDocument } from '../server/src/billing/documents.ts'
import { newId } from '../server/src/ids.ts'
import { aDraft, anOpenInvoice, invoicesOf } from './rig/billing.ts'
import { aPerson } from './rig/client.ts'
import { anOrganisation, type Person, type TestOrganisation } from './rig/people.ts'
import { sharedServer } from './rig/server.ts'

async function read(organisation: TestOrganisation, path: string, accept: string, by: Person = organisation.admin) {
  const headers = { Authorization: `Bearer ${by.session.accessToken}`, Accept: accept }
  const answer = await fetch(`${by.url}/v1${path}`, { headers })
  return { status: answer.status, headers: answer.headers, bytes: Buffer.from(await answer.arrayBuffer()) }
}

const idsOf = (data: readonly { id: string }[]) => data.map(({ id }) => id)

describe('the list of invoices', () => {
  it('is read page by page, the newest first or the oldest, and by state', async () => {
    const acme = await anOrganisation()
    const made = [await aDraft(acme), await anOpenInvoice(acme), await aDraft(acme), await anOpenInvoice(acme)]
    const ids = idsOf(made)
    const newest = await acme.admin.api('GET', invoicesOf(acme))
    expect(idsOf(newest.body.data)).to.deep.equal([...ids].reverse())
    expect(newest.body.data[0]).not.to.have.property('lines')
    const first = await acme.admin.api('GET', `${invoicesOf(acme)}?order=asc&limit=3`)
    const rest = await acme.admin.api('GET', `${invoicesOf(acme)}?order=asc&limit=3&after=${first.body.next}`)
    expect(idsOf([...first.body.data, ...rest.body.data])).to.deep.equal(ids)
    expect(rest.body).not.to.have.property('next')
    const open = await acme.admin.api('GET', `${invoicesOf(acme)}?order=asc&state=open`)
    expect(idsOf(open.body.data)).to.deep.equal([ids[1], ids[3]])
    const foreign = await acme.admin.api('GET', `${invoicesOf(acme)}?order=desc&after=${first.body.next}`)
    expect(foreign.body.code).to.equal('invalid_cursor')
  })

  it('says what they come to by state and currency, after every change', async () => {
    const acme = await anOrganisation()
    const totals = async () => {
      const { body } = await acme.admin.api('GET', `${invoicesOf(acme)}?state=void`)
      return body.totals.map((one: Record<string, unknown>) => [one.state, one.currency, one.count, one.totalMinor])
    }
    const [draft, other] = [await aDraft(acme), await aDraft(acme, { currency: 'JPY' })]
    const lines = [{ description: 'One', unitPriceMinor: 100 }]
    const [open, paid, voided] = [
      await anOpenInvoice(acme, { lines }),
      await anOpenInvoice(acme),
      await anOpenInvoice(acme, { lines }),
    ]
    await acme.admin.api('POST', `${paid.path}/pay`)
    await acme.admin.api('POST', `${voided.path}/void`)
    expect(open.state).to.equal('open')
    expect(await totals()).to.deep.equal([
      ['draft', 'EUR', 1, 12_054],
      ['draft', 'JPY', 1, 12_054],
      ['open', 'EUR', 1, 100],
      ['paid', 'EUR', 1, 12_054],
      ['void', 'EUR', 1, 100],
    ])
    await acme.admin.api('PATCH', draft.path, { lines })
    await acme.admin.api('DELETE', other.path)
    expect((await totals())[0]).to.deep.equal(['draft', 'EUR', 1, 100])
    expect(await totals()).to.have.lengthOf(4)
  })

  it('is CSV for who asks for it, whole, with decimals and without formulas', async () => {
    const acme = await anOrganisation()
    const draft = await aDraft(acme, { customer: { name: '=1+1' } })
    const yen = await anOpenInvoice(acme, { currency: 'JPY', dueOn: '2026-12-31' })
    const dinar = await anOpenInvoice(acme, { currency: 'KWD', lines: [{ description: 'One', unitPriceMinor: 5 }] })
    const { headers, bytes } = await read(acme, `${invoicesOf(acme)}?order=asc&limit=1`, 'text/csv')
    expect(headers.get('Content-Type')).to.equal('text/csv; charset=utf-8; header=present')
    expect(headers.get('Content-Disposition')).to.equal('attachment; filename="invoices.csv"')
    expect(bytes.toString().split('\r\n')).to.deep.equal([
      'id,issuer,state,reference,counterparty,currency,net,tax,total,dueOn,createdAt,openedAt,paidAt,voidedAt',
      `${draft.id},organisation,draft,,'=1+1,EUR,98.00,22.54,120.54,,${draft.createdAt},,,`,
      `${yen.id},organisation,open,${yen.reference},,JPY,9800,2254,12054,2026-12-31,${yen.createdAt},${yen.openedAt},,`,
      `${dinar.id},organisation,open,${dinar.reference},,KWD,0.005,0.000,0.005,,${dinar.createdAt},${dinar.openedAt},,`,
      '',
    ])
    const manager = await acme.add('manager')
    expect((await read(acme, invoicesOf(acme), 'text/csv', manager)).status).to.equal(403)
  })

  it('is lines of JSON for who asks for these, each what it is in the list', async () => {
    const acme = await anOrganisation()
    for (const currency of ['EUR', 'JPY']) await aDraft(acme, { currency })
    const { headers, bytes } = await read(acme, `${invoicesOf(acme)}?limit=1`, 'application/x-ndjson')
    expect(headers.get('Content-Type')).to.equal('application/x-ndjson')
    expect(headers.get('Content-Disposition')).to.equal('attachment; filename="invoices.ndjson"')
    const { body } = await acme.admin.api('GET', invoicesOf(acme))
    expect(body.data).to.have.lengthOf(2)
    const lines = bytes.toString().trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line))).to.deep.equal(body.data)
  })

  it('E53 breaks off, so that nobody takes it for the whole, once its reader is removed', async () => {
    const acme = await anOrganisation()
    const accounting = await acme.add('accounting')
    const total = await fillWithLongNames(acme)
    const headers = { Authorization: `Bearer ${accounting.session.accessToken}`, Accept: 'text/csv' }
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get(`${acme.admin.url}/v1${invoicesOf(acme)}`, { headers }, resolve).on('error', reject)
    })
    // Nothing is taken but the first part, so that the server cannot have sent the last when its reader is removed.
    const parts = response[Symbol.asyncIterator]()
    let bytes = (await parts.next()).value.length
    await acme.admin.api('DELETE', `/organisations/${acme.id}/members/${accounting.member}`)
    const failure = await (async () => {
      for (let part = await parts.next(); !part.done; part = await parts.next()) bytes += part.value.length
    })().catch((error: NodeJS.ErrnoException) => error)
    expect(failure).to.include({ code: 'ECONNRESET' })
    expect(bytes).to.be.within(1, total - 1)
  })
})

/** More than the buffers between a server and its client hold. Answers how many bytes the names are. */
async function fillWithLongNames(acme: TestOrganisation): Promise<number> {
  const [count, length] = [8_000, 2_500]
  const invoices = (await sharedServer()).app.connection.collection<InvoiceDocument>('invoices')
  const sample = await invoices.findOne({ _id: (await aDraft(acme)).id })
  if (sample === null) throw new Error('the draft is not there')
  const customer = { name: 'x'.repeat(length), address: '', vatNumber: '' }
  for (let made = 0; made < count; made += 500) {
    await invoices.insertMany(Array.from({ length: 500 }, () => ({ ...sample, _id: newId('ivc'), customer })))
  }
  return count * length
}

describe('an invoice as PDF', () => {
  it('is a document of as many pages as its lines need, named for its number', async () => {
    const acme = await anOrganisation()
    const draft = await aDraft(acme, {
      customer: { name: 'Łódź, Ωμέγα, Привет, 株式会社', address: 'a\nb'.repeat(10) },
      note: 'Thank you.\n'.repeat(5),
    })
    const before = await read(acme, `${draft.path}/pdf`, 'application/pdf')
    expect(before.headers.get('Content-Disposition')).to.equal('inline; filename="invoice-draft.pdf"')
    const long = { description: 'x'.repeat(200), unitPriceMinor: 10_000_000_000, taxBasisPoints: 9_999 }
    const lines = Array.from({ length: 100 }, (_, index) => ({ ...long, quantity: 0.001 + index / 1_000 }))
    expect((await acme.admin.api('PATCH', draft.path, { lines })).status).to.equal(200)
    await acme.admin.api('POST', `${draft.path}/open`)
    const { status, headers, bytes } = await read(acme, `${draft.path}/pdf`, '*/*')
    expect([status, headers.get('Content-Type')]).to.deep.equal([200, 'application/pdf'])
    expect(headers.get('Content-Disposition')).to.match(/^inline; filename="invoice-\d{4}-0001\.pdf"$/)
    expect(headers.get('Rolecall-Seq')).to.match(/^\d+$/)
    const text = bytes.toString('latin1')
    expect(text)
      .to.match(/^%PDF-1\.\d/)
      .and.to.match(/%%EOF\s*$/)
    expect(text).to.match(/\(Invoice \d{4}-0001\)/)
    expect(Number(/\/Count (\d+)/.exec(text)?.[1])).to.be.greaterThan(3)
    expect(Number(/\/Count (\d+)/.exec(before.bytes.toString('latin1'))?.[1])).to.equal(1)
  })

  it('is for who may see invoices, and problems are JSON', async () => {
    const acme = await anOrganisation()
    const { path } = await aDraft(acme)
    const developer = await acme.add('developer')
    const refused = await read(acme, `${path}/pdf`, 'application/pdf', developer)
    expect([refused.status, refused.headers.get('Content-Type')]).to.deep.equal([403, 'application/problem+json'])
    const accounting = await acme.add('accounting')
    expect((await read(acme, `${path}/pdf`, 'application/pdf', accounting)).status).to.equal(200)
  })

  it('comes through the client as a file', async () => {
    const { rolecall, personal } = await aPerson()
    const organisation = personal.id
    await rolecall.billing.update({ organisation, legalName: 'Acme Ltd', currency: 'EUR' })
    const draft = await rolecall.invoices.create({
      organisation,
      lines: [{ description: 'Hosting', unitPriceMinor: 100 }],
    })
    const invoice = draft.id
    expect((await rolecall.invoices.open({ organisation, invoice })).number).to.equal(1)
    const file = await rolecall.invoices.pdf({ organisation, invoice })
    expect([file.type, await file.slice(0, 5).text()]).to.deep.equal(['application/pdf', '%PDF-'])
    const failure = await rolecall.invoices
      .pdf({ organisation, invoice: 'ivc_none' })
      .catch((error: { code: string }) => error)
    expect(failure).to.include({ code: 'not_found' })
    expect((await rolecall.invoices.list({ organisation })).data.map(({ id }) => id)).to.deep.equal([invoice])
  })
})
