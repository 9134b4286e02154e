import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { checkPages, keepPicture, openBrowser, signIn } from '../rig/dashboard.ts'
import { anOrganisation } from '../rig/people.ts'
import { aReceiver } from '../rig/receiver.ts'
import { aWebhook } from '../rig/sending.ts'

/** The page of an endpoint, as its owner has it before them. */
async function theirEndpoint(page: Page, url?: string) {
  const organisation = await anOrganisation({ name: 'Ada Lovelace' })
  const target = { url: url ?? (await aReceiver()).url }
  const webhook = await aWebhook(organisation, target, { types: ['invoice.*'] })
  await signIn(page, organisation.admin)
  await page.goto(`/o/${organisation.id}/webhooks/${webhook.id}`)
  return { ...organisation, webhook, menu: page.getByRole('button', { name: /^Actions for/ }) }
}

/** A moment of the page at which this is what has the focus. */
const untilFocused = (page: Page, selector: string) => page.locator(`${selector}:focus`).waitFor()

describe('an endpoint in a browser', () => {
  afterEach(checkPages)

  it('is asked for events by the names that people have for them, and for one at least', async function () {
    const { admin, id } = await anOrganisation()
    const page = await openBrowser(this)
    await signIn(page, admin)
    await page.goto(`/o/${id}/webhooks/new`)
    for (const name of [
      'Applications application.*',
      'Repositories repository.*',
      'API keys api_key.*',
      'Permissions permissions.*',
    ]) {
      await page.getByRole('checkbox', { name, exact: true }).waitFor()
    }
    await page.getByRole('textbox', { name: 'URL' }).fill('https://example.com/hooks')
    await page.getByRole('checkbox', { name: /^Everything/ }).uncheck()
    await page.getByRole('button', { name: 'Add the endpoint' }).click()
    await page.getByText('Choose at least one').waitFor()
    await keepPicture(page, 'webhook-no-types')
  })

  it('shows its first secret at its own address, until that is left or loaded anew', async function () {
    const { admin, id } = await anOrganisation()
    const page = await openBrowser(this)
    await signIn(page, admin)
    const secret = page.getByRole('textbox', { name: 'Signing secret' })
    const heading = page.getByRole('heading', { name: 'Nothing was delivered yet' })
    const add = async () => {
      await page.getByRole('link', { name: 'Add an endpoint' }).click()
      await page.getByRole('textbox', { name: 'URL' }).fill('https://example.com/hooks')
      await page.getByRole('button', { name: 'Add the endpoint' }).click()
      await secret.waitFor()
      const { data } = (await admin.api('GET', `/organisations/${id}/webhooks`)).body
      expect(new URL(page.url()).pathname).to.equal(`/o/${id}/webhooks/${data.at(-1).id}`)
    }
    await page.goto(`/o/${id}/webhooks`)
    await add()
    await page.reload()
    await heading.waitFor()
    expect(await page.content()).not.to.contain('whsec_')

    await page.getByRole('link', { name: '← Webhooks' }).click()
    await add()
    await page.goBack()
    await page.getByRole('list', { name: 'Endpoints' }).getByRole('listitem').nth(1).waitFor()
    await page.goForward()
    await heading.waitFor()
    expect(await secret.count()).to.equal(0)
  })

  it('is told from others by the end of its URL, however long that is', async function () {
    const page = await openBrowser(this, { isPhone: true })
    const url = `https://hooks.example.com/${'a-long-way/'.repeat(20)}the-second-of-two`
    const { menu } = await theirEndpoint(page, url)
    const heading = page.getByRole('heading', { level: 1 })
    await heading.getByText(/^hooks\.example\.com\/a-long-way.*….*the-second-of-two$/).waitFor()
    await page.getByRole('button', { name: `Copy URL ${url}` }).waitFor()
    await menu.click()
    await page.getByRole('menuitem', { name: 'Delete…' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete the endpoint' }).waitFor()
    await keepPicture(page, 'webhook-long-url')
  })

  it('says which secret signs until when, and shows a new one until that is done with', async function () {
    const page = await openBrowser(this)
    const { menu, webhook } = await theirEndpoint(page)
    for (const round of [1, 2]) {
      await menu.click()
      await page.getByRole('menuitem', { name: 'New secret…' }).click()
      await page.getByRole('button', { name: 'Make a new secret' }).click()
      await untilFocused(page, 'input[readonly]')
      await page.keyboard.press('Escape')
      expect(await page.getByLabel('Signing secret').inputValue(), `of round ${round}`).to.match(/^whsec_/)
      await page.getByRole('button', { name: 'Done' }).click()
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      await untilFocused(page, '[aria-label^="Actions for"]')
    }
    const { secrets } = await webhook.call('GET')
    const exact = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'long' })
    const former = page.getByText(/^A former one, made (just now|\d+ minutes? ago), signs too until/)
    await former.nth(1).waitFor()
    expect(secrets).to.have.lengthOf(3)
    expect(await former.first().textContent()).to.contain(exact.format(new Date(secrets[1].expiresAt)))
  })

  it('gives the focus back to its menu, opened for the first time too', async function () {
    const page = await openBrowser(this)
    const { menu } = await theirEndpoint(page)
    await menu.focus()
    await page.keyboard.press('Enter')
    await untilFocused(page, '[role=menuitem]')
    await page.keyboard.press('Escape')
    await untilFocused(page, '[aria-label^="Actions for"]')
    await page.keyboard.press('Enter')
    await untilFocused(page, '[role=menuitem]')
    for (const name of ['Edit…', 'Pause']) {
      await page.keyboard.press('ArrowDown')
      await page.locator('[role=menuitem]:focus').getByText(name).waitFor()
    }
    await page.keyboard.press('Enter')
    await page.getByText('Ada Lovelace paused it').waitFor()
    await untilFocused(page, '[aria-label^="Actions for"]')
  })
})
