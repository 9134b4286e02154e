import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import type { Page, Response } from 'playwright-core'
import {
  checkPages,
  findBarriers,
  inspect,
  keepPicture,
  looksWith,
  openBrowser,
  rowOf,
  signIn,
} from '../rig/dashboard.ts'
import { anAddress } from '../rig/invite.ts'
import { anOrganisation, type TestOrganisation } from '../rig/people.ts'

const pagesOf = ({ id, admin }: TestOrganisation, member: string) => [
  { name: 'members', path: `/o/${id}/members`, ready: (page: Page) => page.getByText('Grace Hopper').waitFor() },
  {
    name: 'member',
    path: `/o/${id}/members/${member}`,
    ready: (page: Page) => page.getByRole('heading', { name: 'Grace Hopper' }).waitFor(),
  },
  { name: 'roles', path: `/o/${id}/roles`, ready: (page: Page) => page.getByText('Compose custom roles.').waitFor() },
  {
    name: 'role',
    path: `/o/${id}/roles/manager`,
    ready: (page: Page) => page.getByRole('heading', { level: 1, name: 'Manager' }).waitFor(),
  },
  {
    name: 'new-role',
    path: `/o/${id}/roles/new?from=manager`,
    ready: (page: Page) => page.getByRole('button', { name: 'Create role' }).waitFor(),
  },
  { name: 'activity', path: `/o/${id}/activity`, ready: (page: Page) => page.getByText('created').waitFor() },
  {
    name: 'settings',
    path: `/o/${id}/settings`,
    ready: (page: Page) => page.getByRole('heading', { name: 'Settings' }).waitFor(),
  },
  { name: 'account', path: '/account', ready: (page: Page) => page.getByText('This one').waitFor() },
  {
    name: 'welcome',
    path: `/o/${admin.organisation.id}/welcome`,
    ready: (page: Page) => page.getByRole('heading', { name: /^Welcome/ }).waitFor(),
  },
  {
    name: 'nothing-here',
    path: '/o/org_nothing/members',
    ready: (page: Page) => page.getByText('There is nothing here').waitFor(),
  },
]

/** How many times as long as where the bound was set, which was 30 ms, Chromium takes here for some work; at least 1. */
async function slownessOf(page: Page): Promise<number> {
  const quickestMs = await page.evaluate(() => {
    let quickest = Number.POSITIVE_INFINITY
    for (let round = 0; round < 8; round += 1) {
      const start = performance.now()
      const text = `[${Array.from({ length: 1_000 }, (_, at) => `{"at":${at}}`).join()}]`
      for (let count = 0; count < 300; count += 1) JSON.stringify(JSON.parse(text))
      quickest = Math.min(quickest, performance.now() - start)
    }
    return quickest
  })
  return Math.max(1, quickestMs / 30)
}

describe('every page of the dashboard', () => {
  afterEach(checkPages)

  it('has no barrier that axe finds and no sideways scrolling, light, dark and on a phone', async function () {
    const organisation = await anOrganisation({ name: 'Ada Lovelace' })
    const { id, admin } = organisation
    const { member } = await organisation.add('manager', { name: 'Grace Hopper' })
    const { member: resting } = await organisation.add('developer', { name: 'Alan Turing' })
    await admin.api('POST', `/organisations/${id}/members/${resting}/suspend`)
    for (const name of ['Support', 'Night watch', 'Everything that has to do with invoices']) {
      await admin.api('POST', `/organisations/${id}/roles`, { name, permissions: ['member:read'] })
    }
    await admin.api('POST', `/organisations/${id}/invitations`, { email: anAddress(), role: 'accounting' })
    const page = await openBrowser(this)
    const { found, check } = inspect(page, looksWith('light'))
    for (const name of ['sign-up', 'sign-in']) {
      await page.goto(`/${name}`)
      await page.getByLabel('Email').waitFor()
      await check(name)
    }
    await signIn(page, organisation.admin)
    for (const { name, path, ready } of pagesOf(organisation, member)) {
      await page.goto(path)
      await ready(page)
      await check(name)
    }
    expect(found).to.deep.equal([])
  })

  it('has no barrier in dialogs, menus and search', async function () {
    const organisation = await anOrganisation({ name: 'Ada Lovelace' })
    await organisation.add('manager', { name: 'Grace Hopper' })
    const page = await openBrowser(this)
    await signIn(page, organisation.admin)
    await page.goto(`/o/${organisation.id}/members`)
    const found: string[] = []
    const check = async (name: string) => {
      found.push(...(await findBarriers(page)).map((barrier) => `${name}: ${barrier}`))
      await keepPicture(page, name)
      await page.keyboard.press('Escape')
      // What closes takes the focus with it: opened too early, the next one would lose it and close again.
      await page
        .locator(':is([role=dialog], [role=menu], [role=listbox]):visible')
        .first()
        .waitFor({ state: 'detached' })
    }
    await rowOf(page, 'Grace Hopper').waitFor()
    await page.getByRole('button', { name: /^Organisation:/ }).click()
    await page.getByRole('option', { name: 'Add an organisation' }).waitFor()
    await check('switcher')
    await page.getByRole('button', { name: 'Role of Grace Hopper: Manager. Change' }).click()
    await page.getByRole('menuitemradio', { name: 'Developer' }).waitFor()
    await check('role-menu')
    await page.getByRole('button', { name: 'Actions for Grace Hopper' }).click()
    await page.getByRole('menuitem', { name: 'Change role…' }).click()
    await page
      .getByRole('dialog')
      .getByRole('radio', { name: /^Accounting/ })
      .click()
    await page.getByText('Grace Hopper will be able to').waitFor()
    await check('change-role')
    await page.getByRole('button', { name: 'Invite', exact: true }).click()
    await page.getByRole('dialog').getByLabel('Email').waitFor()
    await check('invite')
    await page.getByRole('button', { name: 'Search', exact: true }).click()
    await page.getByPlaceholder('Search by name').fill('grace')
    await page.getByRole('dialog').getByText('Grace Hopper').waitFor()
    await check('search')
    expect(found).to.deep.equal([])
  })

  it('gives the focus back to what opened a dialog', async function () {
    const organisation = await anOrganisation({ name: 'Ada Lovelace' })
    await organisation.add('manager', { name: 'Grace Hopper' })
    const page = await openBrowser(this)
    await signIn(page, organisation.admin)
    await page.goto(`/o/${organisation.id}/members`)
    const untilFocused = (name: string | RegExp) =>
      page.getByRole('button', { name }).and(page.locator(':focus')).waitFor()

    await page.getByRole('button', { name: 'Actions for Grace Hopper' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('menuitem', { name: 'Remove…' }).press('Enter')
    await page.getByRole('dialog', { name: 'Remove Grace Hopper?' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await untilFocused('Actions for Grace Hopper')

    await page.getByRole('button', { name: /^Organisation:/ }).click()
    await page.getByRole('option', { name: 'Add an organisation' }).click()
    await page.getByRole('dialog', { name: 'Add an organisation' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await untilFocused(/^Organisation: /)
  })

  it('opens its navigation as a drawer on a phone', async function () {
    const { id, admin } = await anOrganisation()
    const page = await openBrowser(this, { isPhone: true })
    await signIn(page, admin)
    await page.goto(`/o/${id}/members`)
    await page.getByRole('button', { name: 'Open navigation' }).click()
    await page.getByRole('dialog').getByRole('link', { name: 'Activity' }).click()
    await page.getByRole('heading', { level: 1, name: 'Activity' }).waitFor()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  })

  it('keeps a chosen colour scheme over a reload, from the first paint', async function () {
    const { admin } = await anOrganisation()
    const page = await openBrowser(this, { scheme: 'light' })
    await signIn(page, admin)
    await page.getByRole('button', { name: 'Light or dark' }).click()
    await page.getByRole('menuitemradio', { name: 'Dark' }).click()
    await page.reload({ waitUntil: 'commit' })
    await page.waitForFunction(() => document.documentElement.dataset.mantineColorScheme === 'dark')
  })

  it('loads at most 220 kB of script for the members, writes no style elements, and is soon ready', async function () {
    const { id, admin } = await anOrganisation()
    const page = await openBrowser(this)
    await signIn(page, admin)
    const fresh = await page.context().newPage()
    const session = await page.context().newCDPSession(fresh)
    /** Milliseconds until the members are there, with nothing of the page kept from before. */
    async function load(): Promise<number> {
      await session.send('Network.clearBrowserCache')
      const start = performance.now()
      await fresh.goto(`/o/${id}/members`)
      await fresh.getByRole('link', { name: admin.account.name }).waitFor()
      return Math.round(performance.now() - start)
    }
    const scripts = new Map<string, Promise<number>>()
    const weigh = (response: Response) => {
      if (!response.url().endsWith('.js')) return
      const size = response.body().then((body) => gzipSync(body).length)
      scripts.set(response.url(), size)
    }
    fresh.on('response', weigh)
    let readyMs = await load()
    await fresh.waitForLoadState('networkidle')
    fresh.off('response', weigh)
    const sizes = await Promise.all(scripts.values())
    const kilobytes = Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1000)
    console.log(`      ${kilobytes} kB of script, ready in ${readyMs} ms`)
    expect(kilobytes).to.be.within(50, 220)
    expect(await fresh.locator('style').count()).to.equal(0)
    // The aim is one second; a machine that is busy with other things only makes it longer, so the quickest load counts.
    const boundMs = 5000 * (await slownessOf(fresh))
    for (let more = 0; more < 10 && readyMs >= boundMs; more += 1) readyMs = Math.min(readyMs, await load())
    expect(readyMs).to.be.below(boundMs)
  })
})
