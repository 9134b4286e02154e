import { Rolecall, type RolecallError } from '@rolecall/sdk'
import { expect } from 'chai'
import { aDraft, anOpenInvoice, invoicesOf, operatorToken } from './rig/billing.ts'
import { connectLive, eventAt } from './rig/live.ts'
import { type Answer, type Api, anOrganisation, apiOf, type TestOrganisation } from './rig/people.ts'
import { startServer, type TestServer } from './rig/server.ts'

const told = ({ status, body }: Answer) => [status, body?.code]
const year = () => new Date().getUTCFullYear()

describe('the platform’s operator', () => {
  let server: TestServer
  let operator: { readonly api: Api }
  let acme: TestOrganisation

  before(async () => {
    server = await startServer({ env: { OPERATOR_TOKEN: operatorToken } })
    operator = { api: apiOf(server.url, operatorToken) }
  })
  beforeEach(async () => {
    acme = await anOrganisation({ url: server.url })
  })

  const supplier = { name: 'Platform Inc', address: '', vatNumber: 'US1' }

  it('asks with the SDK by its token, in the place of an API key', async () => {
    const rolecall = new Rolecall({ baseUrl: server.url, apiKey: operatorToken })
    const organisation = acme.id
    const { permissions } = await rolecall.permissions.declare({
      organisation,
      permissions: [{ name: 'report:approve' }],
    })
    expect(permissions.map(({ name, roles }) => [name, roles])).to.deep.equal([['report:approve', ['admin']]])
    expect((await rolecall.invoices.list({ organisation })).data).to.deep.equal([])
    const refused = await rolecall.members.list({ organisation }).catch((error: RolecallError) => error.code)
    expect(refused).to.equal('unauthenticated')
    rolecall.close()
  })

  it('issues invoices that the organisation hears of, can pay, and cannot change', async () => {
    const accounting = await acme.add('accounting')
    const live = await connectLive(accounting)
    await live.subscribe(acme.id)
    const { path, ...opened } = await anOpenInvoice(acme, { by: operator, supplier })
    expect(opened).to.deep.include({
      issuer: 'operator',
      state: 'open',
      reference: `P-${year()}-0001`,
      counterparty: 'Platform Inc',
      supplier,
      customer: { name: acme.name, address: '', vatNumber: '' },
    })
    expect((await accounting.api('GET', path)).body).to.deep.equal(opened)
    for (const [method, suffix, body] of [
      ['PATCH', '', { note: 'Mine' }],
      ['DELETE', '', undefined],
      ['POST', '/open', undefined],
      ['POST', '/void', undefined],
    ] as const) {
      const answer = await accounting.api(method, `${path}${suffix}`, body)
      expect(told(answer), `${method} ${suffix}`).to.deep.equal([403, 'forbidden'])
    }
    const paid = await accounting.api('POST', `${path}/pay`)
    expect([paid.status, paid.body.state]).to.deep.equal([200, 'paid'])
    await live.until(eventAt(Number(paid.headers.get('Rolecall-Seq'))))
    const events = live.received.filter(({ name }) => name === 'event').map(({ body }) => [body.type, body.actor])
    const actor = { kind: 'system', id: 'operator', name: 'Platform operator' }
    const { id, name } = accounting.account
    expect(events).to.deep.equal([
      ['invoice.created', actor],
      ['invoice.opened', actor],
      ['invoice.paid', { kind: 'account', id, name }],
    ])
  })

  it('has numbers of its own, and sees nothing of what the organisation issues', async () => {
    const own = await anOpenInvoice(acme, { customer: { name: 'Globex' } })
    const issued = await anOpenInvoice(acme, { by: operator })
    expect([own.reference, issued.reference]).to.deep.equal([`${year()}-0001`, `P-${year()}-0001`])
    const list = await operator.api('GET', `${invoicesOf(acme)}?state=open`)
    expect(list.body.data.map(({ id }: { id: string }) => id)).to.deep.equal([issued.id])
    expect(list.body.totals.map((total: { issuer: string }) => total.issuer)).to.deep.equal(['operator'])
    for (const [method, suffix] of [
      ['GET', ''],
      ['GET', '/pdf'],
      ['POST', '/pay'],
      ['POST', '/void'],
    ] as const) {
      expect(told(await operator.api(method, `${own.path}${suffix}`)), suffix).to.deep.equal([404, 'not_found'])
    }
    const all = await acme.admin.api('GET', `${invoicesOf(acme)}?order=asc`)
    expect(all.body.data.map(({ id }: { id: string }) => id)).to.deep.equal([own.id, issued.id])
  })

  it('changes, deletes and voids its own, and is told apart in repeated requests', async () => {
    const headers = { 'Idempotency-Key': 'once' }
    const body = { lines: [{ description: 'Hosting', unitPriceMinor: 100 }], supplier }
    const answers = await Promise.all([1, 2].map(() => operator.api('POST', invoicesOf(acme), body, headers)))
    expect(new Set(answers.map((answer) => answer.body.id)).size).to.equal(1)
    const { path } = await aDraft(acme, { by: operator })
    expect((await operator.api('PATCH', path, { note: 'Changed' })).body.note).to.equal('Changed')
    expect((await operator.api('DELETE', path)).status).to.equal(204)
    const open = await anOpenInvoice(acme, { by: operator })
    expect((await operator.api('POST', `${open.path}/void`)).body.state).to.equal('void')
    const customer = await operator.api('POST', invoicesOf(acme), { ...body, customer: { name: 'Globex' } })
    expect(told(customer)).to.deep.equal([400, 'invalid_request'])
  })

  it('may nothing else, nowhere else, and nothing without the token', async () => {
    const nowhere = 'org_00000000000000000000000000'
    for (const id of [nowhere, acme.admin.account.id]) {
      const answer = await operator.api('GET', invoicesOf({ id }))
      expect(told(answer)).to.deep.equal([404, 'not_found'])
      const created = await operator.api('POST', invoicesOf({ id }), {
        lines: [{ description: 'Hosting', unitPriceMinor: 100 }],
      })
      expect(told(created)).to.deep.equal([404, 'not_found'])
    }
    for (const path of [`/organisations/${acme.id}`, `/organisations/${acme.id}/billing`, '/account']) {
      expect(told(await operator.api('GET', path))).to.deep.equal([401, 'unauthenticated'])
    }
    for (const token of [`${operatorToken}x`, operatorToken.slice(1), 'x']) {
      const answer = await apiOf(server.url, token)('GET', invoicesOf(acme))
      expect(told(answer)).to.deep.equal([401, 'unauthenticated'])
    }
    const without = await anOrganisation()
    const answer = await apiOf(without.admin.url, operatorToken)('GET', invoicesOf(without))
    expect(told(answer)).to.deep.equal([401, 'unauthenticated'])
  })
})
