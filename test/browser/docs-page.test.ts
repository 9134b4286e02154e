import { expect } from 'chai'
import { checkPages, keepPicture, openBrowser } from '../rig/dashboard.ts'
import { sharedServer } from '../rig/server.ts'

describe('the pages of the API', () => {
  afterEach(checkPages)

  it('are browsed without a request to anybody else, and without anything that the policy forbids', async function () {
    const page = await openBrowser(this)
    const { url } = await sharedServer()
    const asked: string[] = []
    const refused: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    page.on('console', (message) => message.type() === 'error' && refused.push(message.text()))
    await page.goto('/docs')
    await page.getByText('List, search and sort the members').first().waitFor()
    await keepPicture(page, 'docs-list')
    await page.getByText('List, search and sort the members').first().click()
    await page.getByText('Words with which those of name or email begin').first().waitFor()
    await keepPicture(page, 'docs')
    expect(asked.filter((one) => !one.startsWith(`${url}/`) && !one.startsWith('data:'))).to.deep.equal([])
    expect(refused).to.deep.equal([])
  })
})
