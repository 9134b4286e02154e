import { expect } from 'chai'
import { checkPages, openBrowser, signIn } from '../rig/dashboard.ts'
import { aLargestEvent } from '../rig/largest-event.ts'
import { anOrganisation } from '../rig/people.ts'
import { answersWith, aReceiver } from '../rig/receiver.ts'
import { aWebhook, untilSome } from '../rig/sending.ts'
import { sharedServer } from '../rig/server.ts'

describe('the largest delivery in a browser', () => {
  afterEach(checkPages)

  it('is shown whole, with all that is kept of its answer', async function () {
    const page = await openBrowser(this)
    const acme = await anOrganisation()
    const answer = 'out of order '.repeat(10_000)
    const receiver = await aReceiver({ behaviour: answersWith(200, {}, answer) })
    const webhook = await aWebhook(acme, receiver, { types: ['permissions.declared'] })
    const seq = await aLargestEvent(acme)
    await untilSome(await sharedServer(), 'webhookDeliveries', { webhook: webhook.id, seq, status: 'delivered' })
    const [{ id }] = (await webhook.call('GET', '/deliveries?limit=1')).data
    const { body } = await webhook.call('GET', `/deliveries/${id}`)
    await signIn(page, acme.admin)
    await page.goto(`/o/${acme.id}/webhooks/${webhook.id}/deliveries/${id}`)
    const shown = async (name: string) => (await page.getByRole('region', { name }).textContent()) ?? ''
    await page.getByText('The answer was longer. This is what was read of it.').waitFor()
    expect(JSON.parse(await shown('Body posted'))).to.deep.equal(JSON.parse(body))
    expect((await shown('Body answered')).trim()).to.equal(answer.slice(0, 64 * 1_024).trim())
  })
})
