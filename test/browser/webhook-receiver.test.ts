import { expect } from 'chai'
import type { Browser } from 'playwright-core'
import { startBrowser } from '../rig/browser.ts'
import { anOrganisation } from '../rig/people.ts'
import { aFileToKeep, startExample } from '../rig/webhook-example.ts'

describe('the page of the example of a webhook receiver', () => {
  let browser: Browser

  before(async function () {
    const started = await startBrowser()
    if ('unavailable' in started) {
      console.log(`      ${started.unavailable}`)
      return this.skip()
    }
    browser = started.browser
  })
  after(() => browser?.close())

  it('shows who is a member by itself, a moment after it has changed', async () => {
    const organisation = await anOrganisation()
    const { admin } = organisation
    const example = await startExample({
      ROLECALL_URL: admin.url,
      ROLECALL_EMAIL: admin.email,
      ROLECALL_PASSWORD: admin.password,
      ORGANISATION: organisation.id,
      KEPT: await aFileToKeep(),
    })
    const page = await browser.newPage()
    page.setDefaultTimeout(60_000)
    await page.goto(example.url)
    await page.getByRole('heading', { name: organisation.name }).waitFor()
    const other = await organisation.add('developer')
    await page.getByRole('row', { name: `${other.account.name} ${other.email} Developer active` }).waitFor()
    await admin.api('PATCH', `/organisations/${organisation.id}/members/${other.member}`, { role: 'accounting' })
    await page.getByRole('row', { name: `${other.account.name} ${other.email} Accounting active` }).waitFor()
    expect(await page.title()).to.equal(organisation.name)
  })
})
