import { expect } from 'chai'
import { anApplication } from '../rig/applications.ts'
import { checkPages, openBrowser, signIn } from '../rig/dashboard.ts'
import { cloneOf, needsGit } from '../rig/git.ts'
import { invite } from '../rig/invite.ts'
import { anOrganisation } from '../rig/people.ts'
import {
  download,
  draftInvoice,
  expectClosed,
  expectUnknown,
  goBySearch,
  hear,
  inspect,
  sectionsOn,
  switchTo,
  takeStep,
} from '../rig/stories.ts'

const year = () => new Date().getUTCFullYear()

describe('the story of Accounting', () => {
  afterEach(checkPages)

  it('E30 keeps the bills from draft to paid, and is told nothing of applications, repositories and members', async function () {
    needsGit(this)
    const acme = await anOrganisation({ name: 'Ada Lovelace' })
    const accounting = await acme.add('accounting', { name: 'Grace Hopper' })
    const developer = await acme.add('developer', { name: 'Alan Turing' })
    const website = await anApplication(acme, { name: 'Website', description: 'What customers see.' })
    const clone = await cloneOf(developer, website)
    const push = async (subject: string) => {
      const commit = await clone.commit(subject)
      expect((await clone.run('push', 'origin', 'HEAD:trunk')).code).to.equal(0)
      return commit
    }
    const first = await push('Draw the front page')
    const page = await openBrowser(this)
    const heard = hear(page)

    await signIn(page, accounting)
    await switchTo(page, acme.name)
    await page.getByRole('heading', { level: 1, name: 'Billing' }).waitFor()
    expect(await sectionsOn(page)).to.deep.equal(['Billing', 'Roles', 'Activity'])
    await page.getByRole('heading', { name: 'No invoices yet' }).waitFor()
    await inspect(page, 'accounting-begin')

    await page.getByRole('link', { name: 'Billing details' }).click()
    await page.getByLabel('Legal name').fill('Acme Ltd')
    await page.getByLabel('Address').fill('1 Main Street\nDublin')
    await page.getByLabel('VAT number').fill('IE6388047V')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('status').getByText('The billing details were saved.').waitFor()
    await inspect(page, 'accounting-details')
    await page.getByRole('link', { name: '← Billing' }).click()

    await draftInvoice(page, 'Globex Corp', '49.99')
    await page.getByRole('link', { name: 'Edit' }).click()
    await page.getByRole('group', { name: 'Line 1' }).getByLabel('Quantity').fill('2')
    await inspect(page, 'accounting-editor')
    await page.getByRole('button', { name: 'Save the draft' }).click()
    await page.getByRole('button', { name: 'Open…' }).waitFor()
    await inspect(page, 'accounting-draft')
    await takeStep(page, 'Open…', 'Open the invoice', 'It is to be paid.')
    await page.getByRole('heading', { level: 1, name: `Invoice ${year()}-0001` }).waitFor()
    const pdf = await download(page, 'PDF')
    expect([pdf.name, pdf.content.subarray(0, 5).toString()]).to.eql([`invoice-${year()}-0001.pdf`, '%PDF-'])
    await takeStep(page, 'Mark as paid…', 'It was paid', 'It is done with.')
    await inspect(page, 'accounting-paid')

    await page.getByRole('link', { name: '← Billing' }).click()
    await draftInvoice(page, 'Initech', '10')
    await takeStep(page, 'Open…', 'Open the invoice', 'It is to be paid.')
    await takeStep(page, 'Declare void…', 'Declare it void', 'It is not to be paid any more')
    await goBySearch(page, 'draft an', 'Draft an invoice')
    await page.getByRole('link', { name: 'Cancel' }).click()
    await draftInvoice(page, 'Hooli', '1')
    await page.getByRole('button', { name: 'Delete…' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete the draft' }).click()
    const listed = page.getByRole('list', { name: 'Invoices' }).getByRole('link')
    await page.getByRole('link', { name: new RegExp(`Invoice ${year()}-0002.*Void.*€12.30`) }).waitFor()
    expect(await listed.count()).to.equal(2)
    await inspect(page, 'accounting-invoices')
    await page.getByLabel('State').selectOption('Paid')
    await page.getByRole('link', { name: /Void/ }).waitFor({ state: 'detached' })
    const csv = await download(page, 'Download as CSV')
    const rows = csv.content.toString().trim().split('\r\n')
    expect([csv.name, rows.length]).to.eql(['invoices.csv', 2])
    expect(rows[1]).to.contain(`paid,${year()}-0001,Globex Corp,EUR,99.98,23.00,122.98`)

    const second = await push('Colour it')
    const shop = await anApplication(acme, { by: developer, name: 'Shop' })
    const { email } = await invite(acme)
    await page.getByRole('link', { name: 'Activity' }).click()
    await page.getByText(`Grace Hopper marked as paid: invoice ${year()}-0001`).waitFor()
    await acme.admin.api('PATCH', `/organisations/${acme.id}`, { description: 'Makes rockets.' })
    await page.getByText('Ada Lovelace described the organisation anew').waitFor()
    const narrowed = page.getByLabel('What to show').locator('option')
    expect(await narrowed.allTextContents()).to.deep.equal([
      'Everything',
      'Roles',
      'Permissions',
      'Billing',
      'Organisation',
    ])
    await inspect(page, 'accounting-activity')
    await page.getByRole('link', { name: 'Roles' }).click()
    await page.getByRole('link', { name: 'Accounting', exact: true }).waitFor()
    await inspect(page, 'accounting-roles')

    const others = ['Website', 'Shop', 'Add an app', 'Alan', 'Invite', 'Compose', 'Members', 'Webhooks', 'Settings']
    await expectUnknown(page, others)
    const closed = ['applications', `applications/${website.id}`, 'applications?add', 'members', 'webhooks', 'settings']
    await expectClosed(page, acme.id, [...closed, `members/${developer.member}`, 'roles/new'])
    await inspect(page, 'accounting-closed')

    const all = await heard.all()
    for (const own of ['Globex Corp', `${year()}-0001`]) expect(all).to.contain(own)
    const names = ['Website', 'Shop', 'What customers see', 'trunk', 'Draw the front page', 'Colour it', '/git/']
    // An address that was typed is no answer: what it is of stands in none.
    const ids = [shop.id, first, second, developer.email, developer.account.name, acme.admin.email, email]
    for (const secret of [...names, ...ids]) expect(all).not.to.contain(secret)
  })
})
