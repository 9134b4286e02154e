import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { checkPages, keepPicture, openBrowser, rowOf, signIn } from '../rig/dashboard.ts'
import { anOrganisation, apiOf } from '../rig/people.ts'
import { startServer } from '../rig/server.ts'
import { atEnd } from '../rig/teardown.ts'

describe('a dashboard that loses its server', () => {
  afterEach(checkPages)

  it('says as of when it shows, and catches up by itself', async function () {
    const dataDir = await mkdtemp(join(tmpdir(), 'rolecall-test-'))
    atEnd(() => rm(dataDir, { recursive: true, force: true }))
    const before = await startServer({ dataDir })
    const { id, admin, add } = await anOrganisation({ url: before.url })
    const developer = await add('developer', { name: 'Alan Turing' })
    const page = await openBrowser(this, { url: before.url })
    await signIn(page, admin)
    await page.goto(`/o/${id}/members`)
    await rowOf(page, 'Alan Turing').waitFor()
    await page.getByRole('img', { name: /^Live/ }).waitFor()

    await before.close()
    await page.getByRole('img', { name: /Showing data as of \d\d:\d\d:\d\d/ }).waitFor()
    await keepPicture(page, 'reconnecting')
    await rowOf(page, 'Alan Turing').waitFor()

    const after = await startServer({
      dataDir,
      env: { PORT: new URL(before.url).port, ...databaseOf(before.config.mongodbUri) },
    })
    expect(after.url).to.equal(before.url)
    const { body } = await apiOf(after.url)('POST', '/sessions', { email: admin.email, password: admin.password })
    const api = apiOf(after.url, body.session.accessToken)
    await api('PATCH', `/organisations/${id}/members/${developer.member}`, { role: 'manager' })
    await rowOf(page, 'Alan Turing').getByText('Manager').waitFor()
    await page.getByRole('img', { name: /^Live/ }).waitFor()
  })

  it('says of what it could not read that it could not, and reads it once it can', async function () {
    const { id, admin } = await anOrganisation()
    const page = await openBrowser(this)
    await signIn(page, admin)
    await page.goto(`/o/${id}/applications`)
    await page.getByText('No applications yet').waitFor()
    const navigate = (name: string) => page.getByRole('navigation').getByRole('link', { name }).click()
    await navigate('Members')
    await page.getByRole('heading', { level: 1, name: 'Members' }).waitFor()

    await page.context().setOffline(true)
    await navigate('Applications')
    const problem = page.getByRole('alert').filter({ hasText: 'Rolecall could not be reached.' })
    expect((await problem.textContent())?.trim()).to.equal('Rolecall could not be reached.')
    await page.context().setOffline(false)
    await page.getByText('No applications yet').waitFor()
    await problem.waitFor({ state: 'detached' })
  })

  it('does without what it loads ahead for the members, where that does not come', async function () {
    const { id, admin } = await anOrganisation()
    const page = await openBrowser(this)
    await signIn(page, admin)
    const ahead = /\/members-page-[^/]*\.js$/
    await page.route(ahead, (route) => route.abort())
    const failing = page.waitForEvent('requestfailed', (request) => ahead.test(request.url()))
    await page.goto(`/o/${id}/roles`)
    await failing
    // A script that failed is told of by now, which `checkPages` sees.
    await page.getByText('Compose custom roles.').waitFor()
  })

  for (const [what, file] of [
    ['the search itself', /\/search-[^/]*\.js$/],
    ['how it looks', /\/search-[^/]*\.css$/],
  ] as const) {
    it(`says that the search could not be loaded, and loads the page anew when it is asked for again: ${what}`, async function () {
      const { id, admin } = await anOrganisation()
      const page = await openBrowser(this)
      await signIn(page, admin)
      await page.goto(`/o/${id}/roles`)
      await page.getByText('Compose custom roles.').waitFor()
      await page.route(file, (route) => route.abort())
      const open = () => page.getByRole('button', { name: 'Search' }).click()
      await open()
      const notice = page.getByText('The search could not be loaded. Open it again to load the page anew.')
      await notice.waitFor()
      await page.context().setOffline(true)
      // It goes away by itself, too.
      await page.getByRole('button', { name: 'Dismiss' }).evaluateAll((all: HTMLElement[]) => all.at(0)?.click())
      await notice.waitFor({ state: 'detached' })
      await open()
      await notice.waitFor()
      await page.context().setOffline(false)
      await page.unroute(file)
      const loaded = page.waitForEvent('load')
      await open()
      await loaded
      await open()
      await page.getByPlaceholder('Search by name').waitFor()
    })
  }
})

/** With MONGODB_URI each server has a database of its own: the second is to have that of the first. */
const databaseOf = (uri: string | undefined) => (uri === undefined ? {} : { MONGODB_URI: uri })
