import { expect } from 'chai'
import { Webhook } from 'standardwebhooks'
import { changeSomebody } from './rig/changes.ts'
import { answersWith, aReceiver, type ReceivedPost } from './rig/receiver.ts'
import { aScene } from './rig/scene.ts'
import { aWebhook, seqsOf, untilSome } from './rig/sending.ts'
import { untilNone } from './rig/until-none.ts'

function isSignedWith(secret: string, { body, headers }: ReceivedPost): boolean {
  const record = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
  try {
    return Boolean(new Webhook(secret).verify(body, record))
  } catch {
    return false
  }
}

describe('a webhook that is adopted and gets another secret while a request is under way', () => {
  it('has that counted, and is sent to as what it is by then', async () => {
    const { server, acme, member, pass } = await aScene()
    const manager = await acme.add('manager')
    let letGo = () => {}
    const receiver = await aReceiver({
      behaviour(response, post) {
        letGo = () => answersWith(500)(response, post)
      },
    })
    const webhook = await aWebhook(acme, receiver, { api: manager.api, types: ['member.*'], ordered: true })
    const seq = await changeSomebody(acme, member, 'manager')
    const first = await receiver.next()
    await acme.admin.api('POST', `${webhook.path}/adopt`)
    const { status, body: rotated } = await acme.admin.api('POST', `${webhook.path}/rotate-secret`, { overlapHours: 0 })
    expect(status).to.equal(200)
    receiver.behave(answersWith(204))
    letGo()
    await untilSome(server, 'webhookDeliveries', { seq, status: 'retrying', tries: 1 })
    await pass(6_000)
    const second = await receiver.next()
    await untilSome(server, 'webhookDeliveries', { seq, status: 'delivered', attempts: 2 })
    expect([first, second].map((post) => isSignedWith(webhook.secret, post))).to.deep.equal([true, false])
    expect([first, second].map((post) => isSignedWith(rotated.secret, post))).to.deep.equal([false, true])
    expect(second.headers['webhook-id']).to.equal(first.headers['webhook-id'])
    await server.close()
  })
})

describe('a delivery that waits to be tried again while its organisation is deleted', () => {
  it('E45 is left alone until that is restored, and then tried', async () => {
    const { server, acme, member, pass } = await aScene()
    const receiver = await aReceiver({ behaviour: answersWith(500) })
    const { id } = await aWebhook(acme, receiver, { types: ['member.*'] })
    const seq = await changeSomebody(acme, member, 'manager')
    await untilSome(server, 'webhookDeliveries', { seq, status: 'retrying' })
    expect((await acme.admin.api('DELETE', `/organisations/${acme.id}`)).status).to.equal(204)
    await untilNone(server.app.connection.collection('webhookCursors'), { _id: id, lease: { $exists: true } })
    const tried = receiver.received.length
    await pass(2 * 60 * 60_000)
    receiver.behave(answersWith(204))
    expect((await acme.admin.api('POST', `/organisations/${acme.id}/restore`)).status).to.equal(200)
    await untilSome(server, 'webhookDeliveries', { seq, status: 'delivered', attempts: tried + 1 })
    expect(new Set(seqsOf(receiver.received))).to.deep.equal(new Set([seq]))
    await server.close()
  })
})
