import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { aKey, asKey } from '../rig/api-keys.ts'
import { checkPages, findBarriers, keepPicture, openBrowser, signIn } from '../rig/dashboard.ts'
import { anOrganisation } from '../rig/people.ts'

const rowOf = (page: Page, name: string) =>
  page.getByRole('list', { name: 'API keys' }).getByRole('listitem').filter({ hasText: name })

async function choose(page: Page, name: string, action: string): Promise<void> {
  await page.getByRole('button', { name: `Actions for ${name}` }).click()
  await page.getByRole('menuitem', { name: action }).click()
}

describe('API keys in a browser', () => {
  afterEach(checkPages)

  it('are issued, shown this once, rotated and revoked, before everybody’s eyes who manages them', async function () {
    const acme = await anOrganisation({ name: 'Ada Lovelace' })
    const grace = await acme.add('admin', { name: 'Grace Hopper' })
    const [hers, theirs] = [await openBrowser(this), await openBrowser(this, { scheme: 'dark' })]
    await Promise.all([signIn(hers, acme.admin), signIn(theirs, grace)])
    await Promise.all([hers, theirs].map((page) => page.goto(`/o/${acme.id}/api-keys`)))
    await theirs.getByText('No API keys yet').waitFor()
    expect(await findBarriers(hers)).to.deep.equal([])
    await hers.getByRole('button', { name: 'Issue an API key' }).click()
    const dialog = hers.getByRole('dialog')
    await dialog.getByLabel('Name').fill('Deployments')
    await dialog.getByRole('radio', { name: /^Developer/ }).check()
    await dialog.getByLabel('Valid for').selectOption('A year')
    expect(await findBarriers(hers)).to.deep.equal([])
    await keepPicture(hers, 'api-key-issue')
    await dialog.getByRole('button', { name: 'Issue the key' }).click()
    const secret = await hers.getByRole('textbox', { name: 'API key' }).inputValue()
    expect(secret).to.match(/^rck_/)
    expect(await findBarriers(hers)).to.deep.equal([])
    await keepPicture(hers, 'api-key-secret')
    await hers.getByRole('button', { name: 'Done' }).click()
    await rowOf(theirs, 'Deployments')
      .getByText(`rck_…${secret.slice(-4)}`)
      .waitFor()
    await rowOf(theirs, 'Deployments').getByText('Issued by Ada Lovelace').waitFor()
    expect(await hers.content()).not.to.contain(secret)

    const { api } = asKey(acme.admin.url, secret)
    expect((await api('GET', `/organisations/${acme.id}`)).status).to.equal(200)
    await choose(theirs, 'Deployments', 'Rotate…')
    await theirs.getByLabel('The former one goes on for').selectOption('Not at all: it may be known to others')
    await theirs.getByRole('button', { name: 'Rotate', exact: true }).click()
    const next = await theirs.getByRole('textbox', { name: 'API key' }).inputValue()
    await theirs.getByRole('button', { name: 'Done' }).click()
    await rowOf(hers, 'Deployments').getByText('Issued by Grace Hopper').waitFor()
    expect((await api('GET', `/organisations/${acme.id}`)).status).to.equal(401)
    expect((await asKey(acme.admin.url, next).api('GET', `/organisations/${acme.id}`)).status).to.equal(200)

    await choose(hers, 'Deployments', 'Revoke…')
    await hers.getByRole('dialog').getByText('Grace Hopper answers for it.').waitFor()
    await hers.getByRole('button', { name: 'Revoke', exact: true }).click()
    await theirs.getByText('No API keys yet').waitFor()
    await hers.goto(`/o/${acme.id}/activity`)
    await hers.getByText('Grace Hopper gave the API key Deployments a new secret').waitFor()
  })

  it('say that they rest when their issuer is gone, as was said before, and are taken over', async function () {
    const acme = await anOrganisation({ name: 'Ada Lovelace' })
    const grace = await acme.add('admin', { name: 'Grace Hopper' })
    await aKey(acme, { by: grace, role: 'manager', name: 'Builds' })
    const key = await aKey(acme, { by: grace, role: 'admin', name: 'Deployments' })
    const page = await openBrowser(this)
    await signIn(page, acme.admin)
    await page.goto(`/o/${acme.id}/members/${grace.member}`)
    await page
      .getByRole('button', { name: /Remove/ })
      .first()
      .click()
    await page
      .getByRole('dialog')
      .getByText(/2 API keys that Grace Hopper issued will do less.*Builds and Deployments/)
      .waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.goto(`/o/${acme.id}/api-keys`)
    await rowOf(page, 'Deployments').getByText('Admin', { exact: true }).waitFor()
    await acme.admin.api('PATCH', `/organisations/${acme.id}/members/${grace.member}`, { role: 'manager' })
    await rowOf(page, 'Deployments').getByText('Narrowed').waitFor()
    await acme.admin.api('DELETE', `/organisations/${acme.id}/members/${grace.member}`)
    await rowOf(page, 'Deployments').getByText('Grace Hopper, who issued it, may grant it no longer').waitFor()
    expect(await findBarriers(page)).to.deep.equal([])
    await keepPicture(page, 'api-keys')
    const dark = await openBrowser(this, { scheme: 'dark' })
    await signIn(dark, acme.admin)
    await dark.goto(`/o/${acme.id}/api-keys`)
    await rowOf(dark, 'Deployments').getByText('Paused').waitFor()
    expect(await findBarriers(dark), 'in the dark').to.deep.equal([])
    await keepPicture(dark, 'api-keys-dark')
    await page.getByRole('button', { name: 'Take over Deployments' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Take over' }).click()
    await rowOf(page, 'Deployments').getByText('Issued by Ada Lovelace').waitFor()
    expect((await key.api('GET', `/organisations/${acme.id}`)).status).to.equal(200)
    await choose(page, 'Deployments', 'Change…')
    await page.getByRole('dialog').getByLabel('Name').fill('Releases')
    await page
      .getByRole('dialog')
      .getByRole('radio', { name: /^Developer/ })
      .check()
    await page.getByRole('button', { name: 'Save' }).click()
    await rowOf(page, 'Releases').getByText('Developer', { exact: true }).waitFor()
  })

  it('are nobody’s business who may not manage them, and fit a phone', async function () {
    const acme = await anOrganisation({ name: 'Ada Lovelace' })
    const manager = await acme.add('manager')
    await aKey(acme, { name: `Deployments ${'of everything '.repeat(6)}` })
    const [page, phone] = [await openBrowser(this), await openBrowser(this, { isPhone: true })]
    await Promise.all([signIn(page, manager), signIn(phone, acme.admin)])
    await page.goto(`/o/${acme.id}/api-keys`)
    await page.getByText('Your role does not open this page').waitFor()
    expect(await page.getByRole('link', { name: 'API keys' }).count()).to.equal(0)
    expect(await page.getByText('Deployments').count()).to.equal(0)
    await phone.goto(`/o/${acme.id}/api-keys`)
    await rowOf(phone, 'Deployments').waitFor()
    expect(await phone.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).to.equal(true)
    expect(await findBarriers(phone)).to.deep.equal([])
    await keepPicture(phone, 'api-keys-phone')
  })
})
