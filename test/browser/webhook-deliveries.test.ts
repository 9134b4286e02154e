import { expect } from 'chai'
import { checkPages, keepPicture, openBrowser, signIn } from '../rig/dashboard.ts'
import { anOrganisation } from '../rig/people.ts'
import { answersWith, aReceiver } from '../rig/receiver.ts'
import { untilSome } from '../rig/sending.ts'
import { sharedServer } from '../rig/server.ts'

/** An organisation with one endpoint that its Admin added, and what it is called at both ends. */
async function aDelivering(chosen: object = {}) {
  const organisation = await anOrganisation({ name: 'Ada Lovelace' })
  const receiver = await aReceiver()
  const { id, admin } = organisation
  const { body } = await admin.api('POST', `/organisations/${id}/webhooks`, { url: receiver.url, ...chosen })
  const path = `/organisations/${id}/webhooks/${body.id}`
  return { ...organisation, receiver, path, page: `/o/${id}/webhooks/${body.id}` }
}

describe('the deliveries of a webhook in a browser', () => {
  afterEach(checkPages)

  it('shows each attempt with what was sent and answered, and delivers once more', async function () {
    const { admin, add, receiver, page: address } = await aDelivering()
    receiver.behave(answersWith(503, { 'x-mood': 'bad' }, '{"error":"out of order"}'))
    const page = await openBrowser(this)
    await signIn(page, admin)
    await page.goto(address)
    await page.getByRole('heading', { name: 'Nothing was delivered yet' }).waitFor()
    await add('developer', { name: 'Alan Turing' })
    await page.getByRole('link', { name: /Retrying.*member\.added.*Refused: 503/ }).click()
    const attempts = page.getByRole('list', { name: 'Attempts' })
    // Of each there may be two: it is tried again by itself after five seconds.
    await attempts.getByText('x-mood: bad').first().waitFor()
    await attempts.getByText('"error": "out of order"').first().waitFor()
    const { headers, body } = await receiver.next()
    await attempts.getByText(`webhook-id: ${headers['webhook-id']}`).first().waitFor()
    const posted = await page.getByRole('region', { name: 'Body posted' }).textContent()
    expect(JSON.parse(posted ?? '')).to.deep.equal(JSON.parse(body))
    await keepPicture(page, 'webhook-delivery')

    receiver.behave(answersWith(204))
    await page.getByRole('button', { name: 'Deliver once more' }).click()
    await page.getByText('The receiver has taken it.').waitFor()
    await attempts
      .getByRole('button', { name: /^Taken: 204/ })
      .first()
      .waitFor()
    await page.getByRole('link', { name: '← Deliveries' }).click()
    await page.getByRole('link', { name: /Delivered.*member\.added.*Taken: 204, \d+ attempts/ }).waitFor()
    await page.getByText('Enabled').waitFor()
  })

  it('holds still under the pointer, and says how many wait', async function () {
    const { admin, receiver, path, page: address } = await aDelivering()
    const page = await openBrowser(this)
    await signIn(page, admin)
    await admin.api('POST', `${path}/test`)
    await page.goto(address)
    const rows = page.getByRole('list', { name: 'Deliveries' }).getByRole('listitem')
    await rows.first().hover()
    await admin.api('POST', `${path}/test`)
    await receiver.until((received) => received.length === 2)
    await page.getByText('1 new').waitFor()
    expect(await rows.count()).to.equal(1)
    await page.getByRole('heading', { level: 1 }).hover()
    await rows.nth(1).waitFor()
  })

  it('narrows the record by status and type, in the address, and reads on below', async function () {
    const { id, admin, path, receiver, page: address } = await aDelivering()
    for (let round = 0; round < 60; round += 1) await admin.api('POST', `${path}/test`)
    await receiver.until((received) => received.length === 60)
    const page = await openBrowser(this)
    await signIn(page, admin)
    await page.goto(address)
    const rows = page.getByRole('list', { name: 'Deliveries' }).getByRole('listitem')
    await rows.nth(49).waitFor()
    expect(await rows.count()).to.equal(50)
    await page.getByRole('button', { name: 'Show older ones' }).click()
    await rows.nth(59).waitFor()
    await page.getByRole('button', { name: 'Show older ones' }).waitFor({ state: 'detached' })
    receiver.behave(answersWith(500))
    await admin.api('POST', `/organisations/${id}/roles`, { name: 'Support', permissions: [] })
    await rows.filter({ hasText: 'role.created' }).waitFor()
    expect(await rows.count(), 'with those that were read below').to.equal(61)

    await page.getByLabel('Status').selectOption('Retrying')
    await rows.nth(1).waitFor({ state: 'detached' })
    await rows.getByText('role.created').click()
    await page.getByRole('link', { name: '← Deliveries' }).click()
    await rows.getByText('role.created').waitFor()
    expect(new URL(page.url()).search).to.equal('?status=retrying')
    await page.getByLabel('Type of event').selectOption('All of member.*')
    await page.getByRole('heading', { name: 'None of that kind' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'None of that kind' }).waitFor()
  })

  it('replays what happened, under the same ids', async function () {
    const { admin, path, receiver, page: address } = await aDelivering()
    await admin.api('POST', `${path}/test`)
    const first = await receiver.next()
    const page = await openBrowser(this)
    await signIn(page, admin)
    await page.goto(address)
    await page.getByRole('link', { name: /webhook\.tested/ }).waitFor()
    await page.getByRole('button', { name: `Actions for ${receiver.url}` }).click()
    await page.getByRole('menuitem', { name: 'Replay…' }).click()
    const dialog = page.getByRole('dialog', { name: `Replay to ${receiver.url}` })
    await dialog.getByRole('button', { name: 'Deliver again' }).click()
    await dialog.waitFor({ state: 'detached' })
    const again = await receiver.next(({ headers }) => headers['webhook-id'] === first.headers['webhook-id'])
    expect(again.body).to.equal(first.body)
    await page.getByRole('link', { name: /webhook\.tested.*2 attempts/ }).waitFor()
  })

  it('says until when a receiver is left alone, and how many wait', async function () {
    const { admin, path, receiver, page: address } = await aDelivering()
    receiver.behave(answersWith(429, { 'retry-after': '7200' }))
    await admin.api('POST', `${path}/test`)
    const page = await openBrowser(this)
    await signIn(page, admin)
    await page.goto(address)
    await page
      .getByText('Its receiver asked for a rest, or does not keep up: the next post goes there in 2 hours.')
      .waitFor()
    await page.getByText('one waits to be tried again').waitFor()
    await keepPicture(page, 'webhook-left-alone')
    await admin.api('PATCH', path, { enabled: false })
    await page.getByText('What happens meanwhile is delivered once it is resumed.').waitFor()
  })

  it('brings back what was given up alone', async function () {
    const { admin, path, receiver, page: address } = await aDelivering()
    const { app } = await sharedServer()
    const deliveries = app.connection.collection('webhookDeliveries')
    const [{ body: given }, { body: taken }] = [
      await admin.api('POST', `${path}/test`),
      await admin.api('POST', `${path}/test`),
    ]
    const webhook = path.split('/').at(-1)
    for (const { seq } of [given, taken]) {
      await untilSome(await sharedServer(), 'webhookDeliveries', { webhook, seq, status: 'delivered' })
    }
    await deliveries.updateOne({ webhook, seq: given.seq }, { $set: { status: 'exhausted' } })
    const page = await openBrowser(this)
    await signIn(page, admin)
    await page.goto(address)
    await page.getByRole('link', { name: /Given up.*webhook\.tested/ }).waitFor()
    await page.getByRole('button', { name: `Actions for ${receiver.url}` }).click()
    await page.getByRole('menuitem', { name: 'Replay…' }).click()
    const dialog = page.getByRole('dialog', { name: `Replay to ${receiver.url}` })
    await dialog.getByLabel('Only what was given up').check()
    await dialog.getByRole('button', { name: 'Deliver again' }).click()
    await page.getByText('One that was given up is delivered again.').waitFor()
    await page.getByRole('link', { name: /Delivered.*webhook\.tested.*2 attempts/ }).waitFor()
    const { attempts } = (await deliveries.findOne({ webhook, seq: taken.seq })) ?? { attempts: undefined }
    expect(attempts).to.equal(1)
  })

  it('gives it a new secret, and signs with both for a while', async function () {
    const { admin, path, receiver, page: address } = await aDelivering()
    const page = await openBrowser(this)
    await signIn(page, admin)
    await page.goto(address)
    await page.getByRole('button', { name: `Actions for ${receiver.url}` }).click()
    await page.getByRole('menuitem', { name: 'New secret…' }).click()
    await page.getByRole('dialog').getByLabel('The former one goes on for').selectOption('An hour')
    await page.getByRole('dialog').getByRole('button', { name: 'Make a new secret' }).click()
    const secret = page.getByLabel('Signing secret')
    expect(await secret.inputValue()).to.match(/^whsec_.{40,}/)
    await page.mouse.click(5, 400)
    expect(await secret.isVisible(), 'after a click beside it').to.equal(true)
    await page.getByRole('button', { name: 'Done' }).click()
    await page.getByText('signs too until').waitFor()
    await admin.api('POST', `${path}/test`)
    const { headers } = await receiver.next(({ body }) => body.includes('webhook.tested'))
    expect(String(headers['webhook-signature']).split(' ')).to.have.length(2)
  })
})
