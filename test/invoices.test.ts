import { expect } from 'chai'
import { aDraft, anOpenInvoice, invoicesOf } from './rig/billing.ts'
import { insist } from './rig/insist.ts'
import { type Answer, anOrganisation } from './rig/people.ts'
import { startServer } from './rig/server.ts'

const told = ({ status, body }: Answer) => [status, body?.code]
const year = () => new Date().getUTCFullYear()

describe('an invoice', () => {
  it('is drafted with what its lines come to, opened with a number and who issues it, and paid', async () => {
    const acme = await anOrganisation()
    const details = { legalName: 'Acme Ltd', address: '1 Main Street\nDublin', vatNumber: 'IE1', currency: 'CHF' }
    const put = await acme.admin.api('PUT', `/organisations/${acme.id}/billing`, details)
    expect([put.status, put.body]).to.deep.equal([200, { ...details, minorDigits: 2 }])
    const customer = { name: 'Globex', address: '', vatNumber: '' }
    const draft = await aDraft(acme, {
      lines: [
        { description: 'Hosting', quantity: 1.5, unitPriceMinor: 333, taxBasisPoints: 1_900 },
        { description: 'Reduction', unitPriceMinor: -100 },
      ],
      customer: { name: ' Globex ' },
      dueOn: '2026-12-31',
      note: 'Thank you.',
    })
    const { path, ...shown } = draft
    expect(shown).to.deep.equal({
      id: shown.id,
      organisation: acme.id,
      issuer: 'organisation',
      state: 'draft',
      counterparty: 'Globex',
      currency: 'CHF',
      minorDigits: 2,
      netMinor: 400,
      taxMinor: 95,
      totalMinor: 495,
      dueOn: '2026-12-31',
      createdAt: shown.createdAt,
      lines: [
        {
          description: 'Hosting',
          quantity: 1.5,
          unitPriceMinor: 333,
          taxBasisPoints: 1_900,
          netMinor: 500,
          taxMinor: 95,
          totalMinor: 595,
        },
        {
          description: 'Reduction',
          quantity: 1,
          unitPriceMinor: -100,
          taxBasisPoints: 0,
          netMinor: -100,
          taxMinor: 0,
          totalMinor: -100,
        },
      ],
      taxes: [
        { taxBasisPoints: 0, netMinor: -100, taxMinor: 0, totalMinor: -100 },
        { taxBasisPoints: 1_900, netMinor: 500, taxMinor: 95, totalMinor: 595 },
      ],
      customer,
      note: 'Thank you.',
    })
    const opened = (await acme.admin.api('POST', `${path}/open`)).body
    const { currency: _, ...supplier } = { ...details, name: details.legalName, legalName: undefined }
    expect(opened).to.deep.equal({
      ...shown,
      state: 'open',
      year: year(),
      number: 1,
      reference: `${year()}-0001`,
      openedAt: opened.openedAt,
      supplier: JSON.parse(JSON.stringify(supplier)),
    })
    // It stays as it was sent, whatever becomes of the details.
    await acme.admin.api('PUT', `/organisations/${acme.id}/billing`, { legalName: 'Other', currency: 'EUR' })
    const paid = (await acme.admin.api('POST', `${path}/pay`)).body
    expect(paid).to.deep.equal({ ...opened, state: 'paid', paidAt: paid.paidAt })
    expect((await acme.admin.api('GET', path)).body).to.deep.equal(paid)
  })

  it('bears the organisation’s name where there are no billing details, and is in euros', async () => {
    const acme = await anOrganisation()
    const { supplier, currency } = await anOpenInvoice(acme)
    expect([supplier, currency]).to.deep.equal([{ name: acme.name, address: '', vatNumber: '' }, 'EUR'])
    const { body } = await acme.admin.api('GET', `/organisations/${acme.id}/billing`)
    expect(body).to.deep.equal({ legalName: '', address: '', vatNumber: '', currency: 'EUR', minorDigits: 2 })
  })

  it('goes from state to state one way, and is changed and deleted only as a draft', async () => {
    const acme = await anOrganisation()
    const steps = { open: 'POST', pay: 'POST', void: 'POST', change: 'PATCH', delete: 'DELETE' } as const
    const take = (path: string, step: keyof typeof steps) =>
      step === 'change' || step === 'delete'
        ? acme.admin.api(steps[step], path, step === 'change' ? { note: 'Changed' } : undefined)
        : acme.admin.api('POST', `${path}/${step}`)
    const allowed: Readonly<Record<string, Readonly<Record<string, string>>>> = {
      draft: { change: 'draft', open: 'open', delete: '' },
      open: { pay: 'paid', void: 'void' },
      paid: {},
      void: {},
    }
    const into: Readonly<Record<string, readonly (keyof typeof steps)[]>> = {
      draft: [],
      open: ['open'],
      paid: ['open', 'pay'],
      void: ['open', 'void'],
    }
    for (const [state, ways] of Object.entries(into)) {
      for (const step of Object.keys(steps) as (keyof typeof steps)[]) {
        const { path } = await aDraft(acme)
        for (const way of ways) await take(path, way)
        const becomes = allowed[state]?.[step]
        const answer = await take(path, step)
        const after = await acme.admin.api('GET', path)
        if (becomes === undefined) {
          const code = ['pay', 'void'].includes(step) ? 'invoice_not_open' : 'invoice_not_draft'
          expect(told(answer), `${step} of ${state}`).to.deep.equal([409, code])
          expect(after.body.state).to.equal(state)
        } else if (becomes === '') expect([answer.status, after.status]).to.deep.equal([204, 404])
        else expect([answer.status, after.body.state], `${step} of ${state}`).to.deep.equal([200, becomes])
      }
    }
  })

  it('changes as a draft in what is named, and says so with before and after', async () => {
    const acme = await anOrganisation()
    const { path, ...draft } = await aDraft(acme, { customer: { name: 'Globex' }, dueOn: '2026-12-31' })
    const lines = [{ description: 'One', unitPriceMinor: 1_000 }]
    const changed = await acme.admin.api('PATCH', path, { lines, currency: 'JPY', dueOn: null })
    const { dueOn: _, ...kept } = draft
    expect(changed.body).to.deep.include({
      currency: 'JPY',
      minorDigits: 0,
      totalMinor: 1_000,
      customer: kept.customer,
    })
    expect(changed.body).not.to.have.property('dueOn')
    const events = await acme.admin.api('GET', `/organisations/${acme.id}/events?type=invoice.updated`)
    const [{ data }] = events.body.data
    expect([data.before.totalMinor, data.invoice.totalMinor, data.before.currency]).to.deep.equal([
      12_054,
      1_000,
      'EUR',
    ])
    const same = await acme.admin.api('PATCH', path, { currency: 'JPY' })
    expect(same.headers.get('Rolecall-Seq')).to.equal(changed.headers.get('Rolecall-Seq'))
    expect((await acme.admin.api('PATCH', path, { customer: null })).body).not.to.have.property('customer')
  })

  it('is refused where a field is wrong', async () => {
    const acme = await anOrganisation()
    const line = { description: 'One', unitPriceMinor: 100 }
    for (const [body, path] of [
      [{}, 'lines'],
      [{ lines: [] }, 'lines'],
      [{ lines: Array(101).fill(line) }, 'lines'],
      [{ lines: [{ ...line, unitPriceMinor: 1.5 }] }, 'lines.0.unitPriceMinor'],
      [{ lines: [{ ...line, unitPriceMinor: Number.MAX_SAFE_INTEGER }] }, 'lines.0.unitPriceMinor'],
      [{ lines: [{ ...line, quantity: 0 }] }, 'lines.0.quantity'],
      [{ lines: [{ ...line, quantity: 0.0005 }] }, 'lines.0.quantity'],
      [{ lines: [{ ...line, quantity: 1.2345 }] }, 'lines.0.quantity'],
      [{ lines: [{ ...line, taxBasisPoints: 10_001 }] }, 'lines.0.taxBasisPoints'],
      [{ lines: [{ ...line, description: '\u202e' }] }, 'lines.0.description'],
      [{ lines: [line, { ...line, unitPriceMinor: 100_000_000_000, quantity: 11 }] }, 'lines.1'],
      [{ lines: [{ ...line, unitPriceMinor: -1 }] }, 'lines'],
      [{ lines: Array(11).fill({ ...line, unitPriceMinor: 100_000_000_000 }) }, 'lines'],
      [{ lines: [line], currency: 'ZZZ' }, 'currency'],
      [{ lines: [line], currency: 'eur' }, 'currency'],
      [{ lines: [line], dueOn: '2026-02-30' }, 'dueOn'],
      [{ lines: [line], customer: { name: ' ' } }, 'customer.name'],
      [{ lines: [line], supplier: { name: 'Somebody else' } }, 'supplier'],
      [{ lines: [line], number: 7 }, 'number'],
      [{ lines: [line], note: { $ne: null } }, 'note'],
    ] as const) {
      const answer = await acme.admin.api('POST', invoicesOf(acme), body)
      expect(told(answer), JSON.stringify(body).slice(0, 80)).to.deep.equal([400, 'invalid_request'])
      expect(answer.body.errors[0].path).to.equal(path)
    }
    const details = await acme.admin.api('PUT', `/organisations/${acme.id}/billing`, { legalName: '', currency: 'DEM' })
    expect(details.body.errors.map((error: { path: string }) => error.path)).to.deep.equal(['legalName', 'currency'])
    expect((await acme.admin.api('GET', invoicesOf(acme))).body).to.deep.equal({ data: [], totals: [] })
  })

  it('E10 is nothing to members of another organisation, and E30 to roles without billing', async () => {
    const [acme, beta] = [await anOrganisation(), await anOrganisation()]
    const { id } = await anOpenInvoice(acme)
    for (const path of [`${invoicesOf(beta)}/${id}`, `${invoicesOf(beta)}/${id}/pdf`]) {
      expect(told(await beta.admin.api('GET', path))).to.deep.equal([404, 'not_found'])
    }
    expect(told(await beta.admin.api('POST', `${invoicesOf(beta)}/${id}/pay`))).to.deep.equal([404, 'not_found'])
    for (const role of ['manager', 'developer']) {
      const person = await acme.add(role)
      const found = await person.api('GET', `${invoicesOf(acme)}/${id}`)
      const absent = await person.api('GET', `${invoicesOf(acme)}/ivc_00000000000000000000000000`)
      expect([found.status, found.text]).to.deep.equal([403, absent.text])
      const events = await person.api('GET', `/organisations/${acme.id}/events?limit=200`)
      expect(events.text).not.to.match(/invoice|billing|Hosting/)
    }
  })
})

describe('the numbers of invoices', () => {
  it('E52 are consecutive from 1 when a hundred are opened at the same moment', async () => {
    const acme = await anOrganisation()
    const accounting = await acme.add('accounting')
    const drafts: { path: string }[] = []
    for (let count = 0; count < 100; count += 1) drafts.push(await aDraft(acme, { by: accounting }))
    const opened = await Promise.all(
      drafts.map(({ path }, index) => {
        const { api } = index % 2 === 0 ? acme.admin : accounting
        return insist(() => api('POST', `${path}/open`, undefined, { 'Idempotency-Key': path }))
      }),
    )
    expect(opened.map(({ status }) => status)).to.deep.equal(Array(100).fill(200))
    const numbers = opened.map(({ body }) => body.number).sort((a, b) => a - b)
    expect(numbers).to.deep.equal(Array.from({ length: 100 }, (_, index) => index + 1))
    const { body } = await acme.admin.api('GET', `${invoicesOf(acme)}?limit=1`)
    expect(body.totals).to.deep.equal([
      { issuer: 'organisation', state: 'open', currency: 'EUR', count: 100, totalMinor: 1_205_400 },
    ])
  })

  it('stay with what is void, and are none of a draft that was deleted or of an opening that was refused', async () => {
    const acme = await anOrganisation()
    const [first, gone, second] = [await aDraft(acme), await aDraft(acme), await aDraft(acme)]
    const manager = await acme.add('manager')
    await acme.admin.api('POST', `${first.path}/open`)
    expect((await acme.admin.api('POST', `${first.path}/void`)).body).to.deep.include({ state: 'void', number: 1 })
    await acme.admin.api('DELETE', gone.path)
    expect((await manager.api('POST', `${second.path}/open`)).status).to.equal(403)
    expect((await acme.admin.api('POST', `${first.path}/open`)).status).to.equal(409)
    expect((await acme.admin.api('POST', `${gone.path}/open`)).status).to.equal(404)
    expect((await acme.admin.api('POST', `${second.path}/open`)).body.number).to.equal(2)
  })

  it('E44 are given once to an opening that is repeated, and E51 once to many at the same time', async () => {
    const acme = await anOrganisation()
    const { path } = await aDraft(acme)
    const headers = { 'Idempotency-Key': 'the-same' }
    const repeated = await Promise.all([1, 2, 3].map(() => acme.admin.api('POST', `${path}/open`, undefined, headers)))
    expect(repeated.map(({ status, body }) => [status, body.number])).to.deep.equal(Array(3).fill([200, 1]))
    const next = await aDraft(acme)
    const opened = await Promise.all([1, 2, 3].map(() => acme.admin.api('POST', `${next.path}/open`)))
    expect(opened.map(({ status }) => status).sort()).to.deep.equal([200, 409, 409])
    expect((await anOpenInvoice(acme)).number).to.equal(3)
  })

  it('begin anew with each year, by UTC', async () => {
    let now = new Date('2026-12-31T23:59:59Z')
    const { url } = await startServer({ now: () => now })
    const acme = await anOrganisation({ url })
    expect((await anOpenInvoice(acme)).reference).to.equal('2026-0001')
    expect((await anOpenInvoice(acme)).reference).to.equal('2026-0002')
    now = new Date('2027-01-01T00:00:00Z')
    const { admin } = acme
    const { body } = await admin.api('POST', '/sessions', { email: admin.email, password: admin.password })
    const later = { ...acme, admin: { ...admin, session: body.session } }
    expect((await anOpenInvoice(later)).reference).to.equal('2027-0001')
  })

  it('E45 go on after the organisation was deleted and restored, with all invoices there', async () => {
    const acme = await anOrganisation()
    const { path, ...invoice } = await anOpenInvoice(acme)
    await acme.admin.api('DELETE', `/organisations/${acme.id}`)
    expect((await acme.admin.api('GET', path)).status).to.equal(404)
    await acme.admin.api('POST', `/organisations/${acme.id}/restore`)
    expect((await acme.admin.api('GET', path)).body).to.deep.equal(invoice)
    expect((await anOpenInvoice(acme)).number).to.equal(2)
  })
})
