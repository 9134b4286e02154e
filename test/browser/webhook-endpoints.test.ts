import { checkPages, keepPicture, openBrowser, signIn } from '../rig/dashboard.ts'
import { anOrganisation } from '../rig/people.ts'

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
})
