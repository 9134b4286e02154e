import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { anApplication } from '../rig/applications.ts'
import { checkPages, findBarriers, keepPicture, openBrowser, signIn } from '../rig/dashboard.ts'
import { aClone, cloneOf, needsGit, remoteOf } from '../rig/git.ts'
import { anOrganisation } from '../rig/people.ts'

describe('applications in two browsers', () => {
  afterEach(checkPages)

  it('are added by a Developer, who makes a token and pushes, while a Manager looks on', async function () {
    needsGit(this)
    const acme = await anOrganisation({ name: 'Ada Lovelace' })
    const developer = await acme.add('developer', { name: 'Grace Hopper' })
    const manager = await acme.add('manager', { name: 'Alan Turing' })
    const [hers, his] = [await openBrowser(this), await openBrowser(this, { scheme: 'dark' })]
    await Promise.all([signIn(hers, developer), signIn(his, manager)])
    await Promise.all([hers, his].map((page) => page.goto(`/o/${acme.id}/applications`)))
    await his.getByText('No applications yet').waitFor()

    await hers.getByRole('button', { name: 'Add an application' }).click()
    await hers.getByRole('dialog').getByLabel('Name').fill('Website')
    await hers.getByRole('dialog').getByLabel('Description').fill('What customers see.')
    await hers.getByRole('button', { name: 'Add the application' }).click()
    await hers.getByRole('heading', { level: 1, name: 'Website' }).waitFor()
    expect(await hers.getByRole('button', { name: 'Delete' }).count(), 'for a Developer').to.equal(0)
    await his.getByRole('link', { name: /^Website/ }).click()
    await his.getByText('Nothing has been pushed yet.').waitFor()
    const cloneUrl = await hers.getByRole('region', { name: 'Clone URL' }).textContent()
    const id = new URL(hers.url()).pathname.split('/').at(-1) ?? ''
    expect(cloneUrl?.trim()).to.equal(`${acme.admin.url}/git/${acme.id}/${id}.git`)
    expect(await findBarriers(hers)).to.deep.equal([])
    await keepPicture(hers, 'application-empty')

    await hers.getByRole('link', { name: 'token of yours' }).click()
    await hers.getByRole('button', { name: 'Make a token' }).click()
    await hers.getByRole('dialog').getByLabel('Name').fill('Laptop')
    await hers.getByRole('button', { name: 'Make the token' }).click()
    const token = await hers.getByLabel('Token', { exact: true }).inputValue()
    expect(await findBarriers(hers)).to.deep.equal([])
    await hers.getByRole('button', { name: 'Done' }).click()
    await hers.getByRole('list', { name: 'Tokens' }).getByText('Never used').waitFor()

    const clone = await aClone(remoteOf(developer, acme.id, id, token))
    await clone.commit('Draw the front page')
    expect((await clone.run('push', 'origin', 'HEAD:main')).code).to.equal(0)
    await his.getByRole('list', { name: 'Latest commits' }).getByText('Draw the front page').waitFor()
    await clone.commit('Colour it')
    expect((await clone.run('push', 'origin', 'HEAD:side')).code).to.equal(0)
    await his.getByRole('button', { name: 'side' }).click()
    await his.getByRole('list', { name: 'Latest commits' }).getByText('Colour it').waitFor()
    const branches = his.getByRole('list', { name: 'Branches' }).getByRole('listitem')
    expect(await branches.first().textContent()).to.match(/^maindefault/)
    expect(await hers.getByLabel('Default branch').count(), 'for a Developer').to.equal(0)
    await his.getByLabel('Default branch').selectOption('side')
    await his.getByRole('button', { name: 'Make it the default' }).click()
    for (const page of [his, hers]) {
      if (page === hers) await page.goto(`/o/${acme.id}/applications/${id}`)
      await page
        .getByRole('listitem')
        .filter({ hasText: /^sidedefault/ })
        .waitFor()
    }
    expect(await findBarriers(his)).to.deep.equal([])
    await keepPicture(his, 'application-dark')
    await his.goto(`/o/${acme.id}/activity`)
    await his.getByText('Alan Turing made side the default branch of Website instead of main').waitFor()
    await his.getByText('Grace Hopper created side of Website with one commit').waitFor()
  })

  it('are found, renamed and deleted, for everybody at once, and are nothing to Accounting', async function () {
    const acme = await anOrganisation({ name: 'Ada Lovelace' })
    const [{ id }] = [await anApplication(acme, { name: 'Website' }), await anApplication(acme, { name: 'Shop' })]
    const accounting = await acme.add('accounting')
    const [hers, his, theirs] = [await openBrowser(this), await openBrowser(this), await openBrowser(this)]
    await Promise.all([signIn(hers, acme.admin), signIn(his, acme.admin), signIn(theirs, accounting)])
    await Promise.all([hers, his, theirs].map((page) => page.goto(`/o/${acme.id}/applications`)))
    const listed = (page: Page) => page.getByRole('list', { name: 'Applications' })
    await hers.getByLabel('Find an application').fill('web')
    await listed(hers).getByText('Shop').waitFor({ state: 'detached' })
    await hers.getByRole('link', { name: 'Website' }).click()
    await hers.getByRole('button', { name: 'Edit' }).click()
    await hers.getByRole('dialog').getByLabel('Name').fill('Shop')
    await hers.getByRole('button', { name: 'Save' }).click()
    await hers.getByRole('dialog').getByText('The organisation has an application of this name').waitFor()
    await hers.getByRole('dialog').getByLabel('Name').fill('Front')
    await hers.getByRole('button', { name: 'Save' }).click()
    await hers.getByRole('heading', { level: 1, name: 'Front' }).waitFor()
    await listed(his).getByText('Front').waitFor()
    await his.getByRole('link', { name: 'Front' }).click()
    await hers.getByRole('button', { name: 'Delete' }).click()
    await hers.getByLabel('Type “Front” to confirm').fill('Front')
    await keepPicture(hers, 'application-delete')
    await hers.getByRole('button', { name: 'Delete the application' }).click()
    await listed(hers).getByText('Shop').waitFor()
    await his.getByText('There is no such application, or not any more').waitFor()
    await theirs
      .getByText(/application:read|See the applications|not permit/i)
      .first()
      .waitFor()
    expect(await theirs.getByRole('link', { name: 'Applications' }).count()).to.equal(0)
    expect(await theirs.getByText(id).count()).to.equal(0)
  })

  it('are read by a phone without sideways scrolling', async function () {
    needsGit(this)
    const acme = await anOrganisation({ name: 'Ada Lovelace' })
    const application = await anApplication(acme, { name: 'Website', description: 'What customers see. '.repeat(10) })
    const clone = await cloneOf(acme.admin, application)
    await clone.commit(`Draw ${'the front page '.repeat(12)}`)
    const pushed = await clone.run('push', 'origin', 'HEAD:main', `HEAD:refs/heads/${'long-'.repeat(20)}x`)
    expect(pushed.code, pushed.output).to.equal(0)
    const page = await openBrowser(this, { isPhone: true })
    await signIn(page, acme.admin)
    for (const path of ['applications', `applications/${application.id}`]) {
      await page.goto(`/o/${acme.id}/${path}`)
      await page
        .getByText(path === 'applications' ? 'Website' : 'Latest commits')
        .first()
        .waitFor()
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), path).to.equal(true)
      expect(await findBarriers(page), path).to.deep.equal([])
      await keepPicture(page, `${path.split('/').length === 1 ? 'applications' : 'application'}-phone`)
    }
  })
})
