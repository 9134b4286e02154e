import { expect } from 'chai'
import { Webhook } from 'standardwebhooks'
import { aLargestEvent } from './rig/largest-event.ts'
import { anOrganisation } from './rig/people.ts'
import { answersWith, aReceiver } from './rig/receiver.ts'
import { aWebhook, eventOf, ofType, untilSome } from './rig/sending.ts'
import { sharedServer } from './rig/server.ts'

const limit = 64 * 1_024

describe('the largest event that a change can make', () => {
  it('is posted whole, kept with the most that is kept of an answer, and posted once more', async () => {
    const acme = await anOrganisation()
    const receiver = await aReceiver({ behaviour: answersWith(200, {}, 'a'.repeat(limit)) })
    const webhook = await aWebhook(acme, receiver, { types: ['permissions.declared'] })
    const seq = await aLargestEvent(acme)
    const isIt = (post: Parameters<typeof eventOf>[0]) => eventOf(post).seq === seq
    const post = await receiver.next((one) => ofType('permissions.declared')(one) && isIt(one))
    expect(Buffer.byteLength(post.body)).to.be.within(250_000, 350_000)
    new Webhook(webhook.secret).verify(post.body, post.headers as Record<string, string>)
    const { body: log } = await acme.admin.api('GET', `/organisations/${acme.id}/events?order=desc&limit=1`)
    expect(eventOf(post)).to.deep.equal(log.data[0])

    const server = await sharedServer()
    await untilSome(server, 'webhookDeliveries', { webhook: webhook.id, seq, status: 'delivered' })
    const [{ id }] = (await webhook.call('GET', '/deliveries?limit=1')).data
    const first = await webhook.call('GET', `/deliveries/${id}`)
    expect(first.body).to.equal(post.body)
    expect(first.log[0].response).to.deep.include({ body: 'a'.repeat(limit), truncated: false })

    receiver.behave(answersWith(200, {}, '可'.repeat(limit)))
    await webhook.call('POST', `/deliveries/${id}/redeliver`)
    expect((await receiver.next(isIt)).body).to.equal(post.body)
    await untilSome(server, 'webhookDeliveries', { webhook: webhook.id, seq, status: 'delivered', attempts: 2 })
    const { log: attempts, body } = await webhook.call('GET', `/deliveries/${id}`)
    expect(body).to.equal(post.body)
    const kept = attempts.map(({ response }: typeof first) => [response.body, response.truncated])
    expect(kept).to.deep.equal([
      ['可'.repeat(Math.floor(limit / 3)), true],
      ['a'.repeat(1_024), true],
    ])
  })
})
