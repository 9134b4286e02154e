import { expect } from 'chai'
import { checkPages, inspect, looksWith, openBrowser, signIn } from '../rig/dashboard.ts'
import { anOrganisation } from '../rig/people.ts'
import { answersWith, aReceiver } from '../rig/receiver.ts'

describe('every page about webhooks', () => {
  afterEach(checkPages)

  it('has no barrier that axe finds and no sideways scrolling, light, dark and on a phone', async function () {
    const { id, admin } = await anOrganisation({ name: 'Ada Lovelace' })
    const add = async (chosen: object) => (await admin.api('POST', `/organisations/${id}/webhooks`, chosen)).body.id
    const receiver = await aReceiver({
      behaviour: answersWith(500, { 'content-type': 'text/plain' }, 'out of order'),
    })
    const long = `https://hooks.example.com/${'a-long-way/'.repeat(12)}`
    await add({
      url: long,
      types: ['member.*', 'role.created', 'invitation.*'],
      enabled: false,
    })
    const endpoint = await add({
      url: receiver.url,
      description: 'A mirror of the roles',
    })
    await admin.api('POST', `/organisations/${id}/roles`, { name: 'Support', permissions: ['member:read'] })
    const page = await openBrowser(this)
    const { found, check } = inspect(page, looksWith('light'), 'webhooks-')
    await signIn(page, admin)
    await page.goto(`/o/${id}/webhooks`)
    await page.getByText('Failing').waitFor()
    await check('list')
    await page.getByRole('button', { name: `Actions for ${receiver.url}` }).click()
    await page.getByRole('menuitem', { name: 'Replay…' }).waitFor()
    await check('menu')
    await page.getByRole('menuitem', { name: 'Replay…' }).click()
    await page.getByLabel('Deliver again what happened since').selectOption('A time of your choice')
    await check('replay')
    await page.goto(`/o/${id}/webhooks/new`)
    await page.getByRole('button', { name: /^Members/ }).click()
    await check('new')
    await page.goto(`/o/${id}/webhooks/${endpoint}`)
    await page.getByRole('link', { name: /Retrying.*role\.created/ }).waitFor()
    await check('endpoint')
    await page.getByRole('link', { name: /Retrying.*role\.created/ }).click()
    // There may be two attempts: it is tried again by itself.
    await page.getByText('out of order').first().waitFor()
    await check('delivery')
    await page.goto(`/o/${id}/webhooks/events#role.updated`)
    await page.getByRole('region', { name: 'Example of role.updated' }).waitFor()
    await check('events')
    expect(found).to.deep.equal([])
  })
})
