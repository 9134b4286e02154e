import type { ServerResponse } from 'node:http'
import { expect } from 'chai'
import type { Context } from 'mocha'
import type { Page } from 'playwright-core'
import { checkPages, keepPicture, openBrowser, signIn } from '../rig/dashboard.ts'
import { anOrganisation } from '../rig/people.ts'
import { answersWith, aReceiver, type Behaviour } from '../rig/receiver.ts'
import { aWebhook, eventOf } from '../rig/sending.ts'

/** An endpoint of an Admin that gets nothing by itself, and the address of its page. */
async function anEndpoint(behaviour?: Behaviour) {
  const organisation = await anOrganisation({ name: 'Ada Lovelace' })
  const receiver = await aReceiver(behaviour === undefined ? {} : { behaviour })
  const webhook = await aWebhook(organisation, receiver, { types: ['invoice.*'] })
  return { ...organisation, receiver, webhook, page: `/o/${organisation.id}/webhooks/${webhook.id}` }
}

/** The page of an endpoint to which sixty were delivered, with all of them. */
async function sixtyShown(test: Context) {
  const { admin, receiver, webhook, page: address } = await anEndpoint()
  for (let round = 0; round < 60; round += 1) await webhook.call('POST', '/test')
  await receiver.until((received) => received.length === 60)
  const page = await openBrowser(test)
  await signIn(page, admin)
  await page.goto(address)
  await page.getByRole('button', { name: 'Show older ones' }).click()
  return { page, receiver, webhook }
}

const rowsOf = (page: Page) => page.getByRole('list', { name: 'Deliveries' }).getByRole('listitem')

describe('the record of a webhook in a browser', () => {
  afterEach(checkPages)

  it('says that something is on its way, as long as the receiver has not answered', async function () {
    const held: ServerResponse[] = []
    const { admin, page: address } = await anEndpoint((response) => held.push(response))
    const page = await openBrowser(this)
    await signIn(page, admin)
    await page.goto(address)
    await page.getByRole('heading', { name: 'Nothing was delivered yet' }).waitFor()
    // Looked for from before, since the attempt ends by itself.
    const isOnItsWay = page.getByRole('heading', { name: 'On its way' }).waitFor()
    await Promise.all([isOnItsWay, page.getByRole('button', { name: 'Send a test event' }).click()])
    await keepPicture(page, 'webhook-on-its-way')
    for (const response of held) response.writeHead(204).end()
    await page.getByRole('link', { name: /webhook\.tested/ }).waitFor()
  })

  it('tells what was asked for, where nothing else shows it', async function () {
    const { id, admin, receiver } = await anEndpoint()
    const page = await openBrowser(this)
    await signIn(page, admin)
    await page.goto(`/o/${id}/webhooks`)
    const [menu, notices] = [
      page.getByRole('button', { name: `Actions for ${receiver.url}` }),
      page.getByRole('region', { name: 'Notices' }),
    ]
    await menu.click()
    const isSent = notices.getByText(`A test event goes to ${receiver.url}.`).waitFor()
    await Promise.all([isSent, page.getByRole('menuitem', { name: 'Send a test event' }).click()])
    await menu.click()
    await page.getByRole('menuitem', { name: 'Replay…' }).click()
    await page.getByLabel('Only what was given up').check()
    const isNone = notices.getByText('Nothing that happened since then was given up.').waitFor()
    await Promise.all([isNone, page.getByRole('button', { name: 'Deliver again' }).click()])
    await keepPicture(page, 'webhook-nothing-replayed')
  })

  it('promises no attempt before its endpoint goes on, and does not offer one', async function () {
    const { admin, receiver, webhook, page: address } = await anEndpoint(answersWith(500))
    await webhook.call('POST', '/test')
    await receiver.next()
    await webhook.call('PATCH', '', { enabled: false })
    const page = await openBrowser(this)
    await signIn(page, admin)
    await page.goto(address)
    await page.getByRole('link', { name: /webhook\.tested.*again once its endpoint goes on/ }).click()
    await page.getByText(`to ${receiver.url}`).first().waitFor()
    await page.getByText('the next once its endpoint goes on').waitFor()
    await page.getByRole('button', { name: 'Deliver once more', disabled: true }).hover()
    await page.getByText('Nothing is sent while it rests.').waitFor()
    await keepPicture(page, 'webhook-delivery-rests')
    await webhook.call('PATCH', '', { enabled: true })
    await page.getByRole('button', { name: 'Deliver once more', disabled: false }).waitFor()
  })

  it('promises no attempt before the receiver wants one', async function () {
    const { admin, receiver, webhook, page: address } = await anEndpoint(answersWith(500))
    await webhook.call('POST', '/test')
    await receiver.next()
    receiver.behave(answersWith(429, { 'retry-after': '7200' }))
    await webhook.call('POST', '/test')
    const page = await openBrowser(this)
    await signIn(page, admin)
    await page.goto(address)
    for (const row of [0, 1]) await rowsOf(page).nth(row).getByText('again in 2 hours').waitFor()
  })

  it('says that of an earlier answer only its beginning is kept', async function () {
    // Taken, so that no second attempt comes by itself.
    const { admin, webhook, page: address } = await anEndpoint(answersWith(200, {}, 'in good order '.repeat(200)))
    await webhook.call('POST', '/test')
    const page = await openBrowser(this)
    await signIn(page, admin)
    await page.goto(address)
    await page.getByRole('link', { name: /webhook\.tested/ }).click()
    const attempts = page.getByRole('list', { name: 'Attempts' }).getByRole('listitem')
    await attempts.first().getByText('in good order').waitFor()
    const cut = 'Of answers before the newest, the first 1,024 characters are kept.'
    expect(await page.getByText(cut).count()).to.equal(0)
    await page.getByRole('button', { name: 'Deliver once more' }).click()
    await attempts.last().getByText(cut).waitFor()
    expect(await attempts.first().getByText(cut).count()).to.equal(0)
  })

  it('keeps what was read on below as it is now', async function () {
    const { page, receiver, webhook } = await sixtyShown(this)
    const oldest = rowsOf(page).nth(59)
    await oldest.getByText('Delivered').waitFor()
    receiver.behave(answersWith(500))
    const { data, next } = await webhook.call('GET', '/deliveries')
    expect(data).to.have.lengthOf(50)
    const below = (await webhook.call('GET', `/deliveries?after=${next}`)).data
    await webhook.call('POST', `/deliveries/${below.at(-1).id}/redeliver`)
    await oldest.getByText('Retrying').waitFor()
    expect(await rowsOf(page).count()).to.equal(60)
  })

  it('is left for a delivery and come back to at the same place', async function () {
    const { page } = await sixtyShown(this)
    const chosen = rowsOf(page).nth(57)
    await chosen.getByRole('link').click()
    await page.getByRole('heading', { name: 'Attempts' }).waitFor()
    await page.goBack()
    await chosen.locator('a:focus').waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: '← Deliveries' }).click()
    await chosen.locator('a:focus').waitFor()
  })

  it('replays what followed an event, from its page', async function () {
    const { admin, receiver, webhook, page: address } = await anEndpoint()
    for (let round = 0; round < 3; round += 1) await webhook.call('POST', '/test')
    await receiver.until((received) => received.length === 3)
    const [, second, third] = receiver.received.map(eventOf).sort((one, other) => one.seq - other.seq)
    const page = await openBrowser(this)
    await signIn(page, admin)
    await page.goto(address)
    await rowsOf(page).nth(1).getByRole('link').click()
    await page.getByText(`Event ${second?.seq} of this organisation’s log`).waitFor()
    await page.getByRole('button', { name: 'Replay from here…' }).click()
    const dialog = page.getByRole('dialog')
    expect(await dialog.getByLabel('Cursor of the event').inputValue()).to.equal(second?.cursor)
    await keepPicture(page, 'webhook-replay-from-event')
    await dialog.getByRole('button', { name: 'Deliver again' }).click()
    await dialog.waitFor({ state: 'detached' })
    await receiver.until((received) => received.length === 4)
    expect(receiver.received.map((post) => eventOf(post).id).slice(3)).to.deep.equal([third?.id])
  })

  it('says what is wrong with a cursor, and keeps what was typed', async function () {
    const { admin, receiver, page: address } = await anEndpoint()
    const page = await openBrowser(this)
    await signIn(page, admin)
    await page.goto(address)
    await page.getByRole('button', { name: `Actions for ${receiver.url}` }).click()
    await page.getByRole('menuitem', { name: 'Replay…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Deliver again what happened since').selectOption('An event')
    await dialog.getByLabel('Cursor of the event').fill('evt_nonsense')
    await dialog.getByRole('button', { name: 'Deliver again' }).click()
    await dialog.getByRole('alert').waitFor()
    expect(await dialog.getByLabel('Cursor of the event').inputValue()).to.equal('evt_nonsense')
    await keepPicture(page, 'webhook-replay-refused')
  })
})
