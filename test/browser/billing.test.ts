import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import { aDraft, anOpenInvoice, operatorToken } from '../rig/billing.ts'
import { checkPages, findBarriers, keepPicture, openBrowser, signIn } from '../rig/dashboard.ts'
import { anOrganisation, apiOf } from '../rig/people.ts'
import { startServer } from '../rig/server.ts'

const year = () => new Date().getUTCFullYear()

describe('billing in a browser', () => {
  afterEach(checkPages)

  it('lets Accounting write, open, download and settle an invoice while an Admin looks on', async function () {
    const { admin, id, add } = await anOrganisation()
    const accounting = await add('accounting')
    const [page, other] = [await openBrowser(this), await openBrowser(this)]
    await signIn(other, admin)
    await other.goto(`/o/${id}/billing`)
    await other.getByRole('heading', { name: 'No invoices yet' }).waitFor()

    await signIn(page, accounting)
    await page.goto(`/o/${id}`)
    await page.getByRole('heading', { level: 1, name: 'Billing' }).waitFor()
    const navigation = page.getByRole('navigation', { name: 'Organisation' })
    expect(await navigation.getByRole('link').allTextContents()).to.deep.equal(['Billing', 'Roles', 'Activity'])

    await page.getByRole('link', { name: 'Billing details' }).click()
    await page.getByLabel('Legal name').fill('Acme Ltd')
    await page.getByLabel('Address').fill('1 Main Street\nDublin')
    await page.getByLabel('Currency').fill('DEM')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Must be a currency of ISO 4217, such as EUR').waitFor()
    await page.getByLabel('Currency').fill('CHF')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('status').getByText('The billing details were saved.').waitFor()
    expect(await findBarriers(page)).to.deep.equal([])

    await page.goto(`/o/${id}/billing`)
    await page.getByRole('link', { name: 'Draft an invoice' }).click()
    await page.getByLabel('Customer').fill('Globex Corp')
    await page.getByLabel('Address').fill('5 Long Road')
    const first = page.getByRole('group', { name: 'Line 1' })
    await first.getByLabel('Description').fill('Hosting, January')
    await first.getByLabel('Quantity').fill('1.5')
    await first.getByLabel('Price, CHF').fill('49.99')
    await first.getByLabel('Tax, %').fill('8.1')
    await page.getByRole('button', { name: 'Add a line' }).click()
    const second = page.getByRole('group', { name: 'Line 2' })
    await second.getByLabel('Description').fill('Reduction')
    await second.getByLabel('Price, CHF').fill('-5')
    // 74.99 and its tax, less 5.00 and its tax: 6.07 and 0.41.
    await page.getByText('CHF 75.65').waitFor()
    expect(await findBarriers(page)).to.deep.equal([])
    await keepPicture(page, 'invoice-editor')
    await page.getByRole('button', { name: 'Save the draft' }).click()
    await page.getByRole('heading', { level: 1, name: 'A draft for Globex Corp' }).waitFor()
    await other.getByRole('link', { name: /A draft for Globex Corp.*CHF 75.65/ }).waitFor()

    await page.getByRole('button', { name: 'Open…' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Open the invoice' }).click()
    await page.getByRole('heading', { level: 1, name: `Invoice ${year()}-0001` }).waitFor()
    await other.getByRole('link', { name: new RegExp(`Invoice ${year()}-0001.*Open`) }).waitFor()
    expect(await findBarriers(page)).to.deep.equal([])
    await keepPicture(page, 'invoice')
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'PDF' }).click(),
    ])
    expect(download.suggestedFilename()).to.equal(`invoice-${year()}-0001.pdf`)
    expect((await readFile(await download.path())).subarray(0, 5).toString()).to.equal('%PDF-')

    await page.getByRole('button', { name: 'Mark as paid…' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'It was paid' }).click()
    await other.getByRole('link', { name: new RegExp(`Invoice ${year()}-0001.*Paid`) }).waitFor()
    await other.getByRole('term').filter({ hasText: 'Paid' }).waitFor()
    expect(await findBarriers(other)).to.deep.equal([])
    await keepPicture(other, 'invoices')
    await other.getByRole('link', { name: 'Activity' }).click()
    await other.getByText(new RegExp(`marked as paid: invoice ${year()}-0001 over CHF`)).waitFor()
  })

  it('says who else changed a draft that is being edited, and keeps what was typed', async function () {
    const acme = await anOrganisation()
    const accounting = await acme.add('accounting', { name: 'Grace Hopper' })
    const draft = await aDraft(acme)
    const page = await openBrowser(this)
    await signIn(page, acme.admin)
    await page.goto(`/o/${acme.id}/billing/${draft.id}/edit`)
    await page.getByLabel('Note').fill('Thank you.')
    await accounting.api('PATCH', draft.path, { note: 'By somebody else.' })
    await page.getByRole('status').filter({ hasText: 'Grace Hopper changed this draft just now.' }).waitFor()
    expect(await page.getByLabel('Note').inputValue()).to.equal('Thank you.')
    expect(await findBarriers(page)).to.deep.equal([])
    await keepPicture(page, 'invoice-other-change')
    await page.getByRole('button', { name: 'Save the draft' }).click()
    await page.getByText('Thank you.').waitFor()
  })

  it('lets an operator’s invoice be paid, and offers nothing else', async function () {
    const { url } = await startServer({ env: { OPERATOR_TOKEN: operatorToken } })
    const acme = await anOrganisation({ url })
    const { id } = await anOpenInvoice(acme, {
      by: { api: apiOf(url, operatorToken) },
      supplier: { name: 'Platform Inc' },
    })
    const page = await openBrowser(this, { url, isPhone: true, scheme: 'dark' })
    await signIn(page, acme.admin)
    await page.goto(`/o/${acme.id}/billing/${id}`)
    await page.getByRole('heading', { level: 1, name: `Invoice P-${year()}-0001` }).waitFor()
    const buttons = page.getByRole('main').getByRole('button')
    expect(await buttons.allTextContents()).to.include.members(['PDF', 'Mark as paid…'])
    expect(await page.getByRole('button', { name: /void|Delete|Edit/ }).count()).to.equal(0)
    expect(await findBarriers(page)).to.deep.equal([])
    await keepPicture(page, 'operator-invoice')
    await page.getByRole('button', { name: 'Mark as paid…' }).click()
    await page.getByRole('button', { name: 'It was paid' }).click()
    await page.getByText('It is done with.').waitFor()
  })

  it('says to a Manager why there is nothing to see, and takes it from whom loses the role', async function () {
    const { admin, id, add } = await anOrganisation()
    const accounting = await add('accounting')
    const page = await openBrowser(this)
    await signIn(page, accounting)
    await page.goto(`/o/${id}/billing/details`)
    await page.getByRole('heading', { level: 1, name: 'Billing details' }).waitFor()
    await admin.api('PATCH', `/organisations/${id}/members/${accounting.member}`, { role: 'manager' })
    await page.getByRole('heading', { level: 1, name: 'Members' }).waitFor()
    await page.goto(`/o/${id}/billing`)
    await page.getByRole('heading', { name: 'Your role does not open this page' }).waitFor()
  })
})
