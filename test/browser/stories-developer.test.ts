import { expect } from 'chai'
import { anApplication } from '../rig/applications.ts'
import { anOpenInvoice } from '../rig/billing.ts'
import { checkPages, openBrowser, signIn } from '../rig/dashboard.ts'
import { aClone, needsGit, remoteOf } from '../rig/git.ts'
import { invite } from '../rig/invite.ts'
import { anOrganisation } from '../rig/people.ts'
import {
  expectClosed,
  expectUnknown,
  goBySearch,
  hear,
  inspect,
  makeToken,
  sectionsOn,
  switchTo,
} from '../rig/stories.ts'

describe('the story of a Developer', () => {
  afterEach(checkPages)

  it('E30 adds an application, clones and pushes, removes nothing, and is told nothing of bills and members', async function () {
    needsGit(this)
    const acme = await anOrganisation({ name: 'Ada Lovelace' })
    const shop = await anApplication(acme, { name: 'Shop' })
    const developer = await acme.add('developer', { name: 'Alan Turing' })
    const accounting = await acme.add('accounting', { name: 'Grace Hopper' })
    const bill = () => anOpenInvoice(acme, { by: accounting, customer: { name: 'Globex Corp' } })
    const before = await bill()
    const page = await openBrowser(this)
    const heard = hear(page)

    await signIn(page, developer)
    await switchTo(page, acme.name)
    await page.getByRole('heading', { level: 1, name: 'Applications' }).waitFor()
    expect(await sectionsOn(page)).to.deep.equal(['Applications', 'Roles', 'Activity'])
    await page.getByRole('link', { name: 'Shop' }).waitFor()
    await inspect(page, 'developer-applications')

    await goBySearch(page, 'add an app', 'Add an application')
    const adding = page.getByRole('dialog', { name: 'Add an application' })
    await adding.getByLabel('Name').fill('shop')
    await adding.getByRole('button', { name: 'Add the application' }).click()
    await adding.getByText('The organisation has an application of this name').waitFor()
    await adding.getByLabel('Name').fill('Website')
    await adding.getByRole('button', { name: 'Add the application' }).click()
    await page.getByRole('heading', { level: 1, name: 'Website' }).waitFor()
    const cloneUrl = (await page.getByRole('region', { name: 'Clone URL' }).textContent()) ?? ''
    const application = new URL(page.url()).pathname.split('/').at(-1) ?? ''
    const token = await makeToken(page)
    await inspect(page, 'developer-tokens')
    await switchTo(page, acme.name)
    await page.getByRole('link', { name: 'Website' }).click()
    await page.getByText('Nothing has been pushed yet.').waitFor()

    const remote = remoteOf(developer, acme.id, application, token)
    expect(remote.replace(/\/\/.*@/, '//')).to.equal(cloneUrl.trim())
    const clone = await aClone(remote)
    await clone.commit('Draw the front page')
    expect((await clone.run('push', 'origin', 'HEAD:main')).code).to.equal(0)
    const commits = page.getByRole('list', { name: 'Latest commits' })
    await commits.getByText('Draw the front page').waitFor()
    await clone.commit('Colour it')
    expect((await clone.run('push', 'origin', 'HEAD:colours')).code).to.equal(0)
    await page.getByRole('button', { name: 'colours' }).click()
    await commits.getByText('Colour it').waitFor()
    await inspect(page, 'developer-repository')
    const refused = [
      await clone.run('push', 'origin', ':colours'),
      await clone.run('push', '--force', 'origin', 'HEAD~1:colours'),
    ]
    for (const { code, output } of refused)
      expect([code, output.includes('repository:force')], output).to.eql([1, true])
    await commits.getByText('Colour it').waitFor()

    await goBySearch(page, 'shop', 'Shop')
    await page.getByRole('heading', { level: 1, name: 'Shop' }).waitFor()
    expect(
      await page
        .getByRole('main')
        .getByRole('button', { name: /Edit|Delete|Remove/ })
        .count(),
    ).to.equal(0)

    const after = await bill()
    const { email } = await invite(acme)
    await anApplication(acme, { name: 'Warehouse' })
    await page.getByRole('link', { name: 'Activity' }).click()
    await page.getByText('Ada Lovelace added the application Warehouse').waitFor()
    await page.getByText('Alan Turing created colours of Website with one commit').waitFor()
    const narrowed = page.getByLabel('What to show').locator('option')
    expect(await narrowed.allTextContents()).to.deep.equal([
      'Everything',
      'Roles',
      'Permissions',
      'Applications',
      'Organisation',
    ])
    await page.getByLabel('What to show').selectOption('Applications')
    await anApplication(acme, { name: 'Depot' })
    await page.getByText('Ada Lovelace added the application Depot').waitFor()
    await inspect(page, 'developer-activity')

    await page.getByRole('link', { name: 'Roles' }).click()
    await page.getByRole('link', { name: 'Developer', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'Developer' }).waitFor()
    await inspect(page, 'developer-role')
    const others = [
      'Globex',
      'Grace',
      'Draft an invoice',
      'Invite',
      'Compose',
      'Members',
      'Billing',
      'Webhooks',
      'Settings',
    ]
    await expectUnknown(page, others)
    const closed = [
      'members',
      'billing',
      'billing/new',
      'billing/details',
      `billing/${before.id}`,
      'webhooks',
      'settings',
    ]
    await expectClosed(page, acme.id, [...closed, `members/${accounting.member}`, 'roles/new'])
    await inspect(page, 'developer-closed')

    await page.goto(`/account#tokens`)
    await page.getByRole('button', { name: 'Revoke the token Laptop' }).click()
    await page.getByRole('list', { name: 'Tokens' }).getByRole('listitem').waitFor({ state: 'detached' })
    expect((await clone.run('fetch')).code).to.not.equal(0)

    const all = await heard.all()
    for (const own of [shop.id, application, 'Draw the front page']) expect(all).to.contain(own)
    const secrets = [before.id, after.id, before.reference, 'Globex', email, acme.admin.email, accounting.email]
    for (const secret of secrets) expect(all).not.to.contain(secret)
  })
})
