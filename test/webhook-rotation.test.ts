import { createHmac } from 'node:crypto'
import { expect } from 'chai'
import { answersWith, aReceiver, type ReceivedPost } from './rig/receiver.ts'
import { aScene } from './rig/scene.ts'
import { aWebhook, eventOf } from './rig/sending.ts'

/** Of which of these secrets a post bears the signature, in the order of its signatures; by arithmetic of its own. */
function signersOf({ headers, body }: ReceivedPost, secrets: readonly string[]): (string | undefined)[] {
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
  const signatureBy = (secret: string) =>
    `v1,${createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64'))
      .update(signed)
      .digest('base64')}`
  const signatures = String(headers['webhook-signature']).split(' ')
  return signatures.map((signature) => secrets.find((secret) => signatureBy(secret) === signature))
}

describe('a webhook with another secret', () => {
  it('E41 is signed with both until the time of the former is over, and then with the new one alone', async () => {
    const scene = await aScene()
    const receiver = await aReceiver()
    const webhook = await aWebhook(scene.acme, receiver, { types: ['webhook.*'] })
    const test = async (): Promise<ReceivedPost> => {
      const { seq } = await webhook.call('POST', '/test')
      await receiver.until((received) => received.some((post) => eventOf(post).seq === seq))
      return receiver.received.find((post) => eventOf(post).seq === seq) as ReceivedPost
    }
    const first = webhook.secret
    expect(signersOf(await test(), [first])).to.deep.equal([first])
    const { secret: second } = await webhook.call('POST', '/rotate-secret', { overlapHours: 2 })
    const all = [first, second]
    expect(signersOf(await test(), all)).to.deep.equal([second, first])
    await scene.pass(60 * 60_000)
    expect(signersOf(await test(), all)).to.deep.equal([second, first])
    await scene.pass(60 * 60_000)
    expect(signersOf(await test(), all)).to.deep.equal([second])
    const { secret: third } = await webhook.call('POST', '/rotate-secret', { overlapHours: 0 })
    expect(signersOf(await test(), [...all, third])).to.deep.equal([third])
    await scene.server.close()
  })

  it('E41 signs each try anew, at its own time', async () => {
    const scene = await aScene()
    const receiver = await aReceiver({ behaviour: answersWith(500, { 'retry-after': '3600' }) })
    const webhook = await aWebhook(scene.acme, receiver)
    const { seq } = await webhook.call('POST', '/test')
    const tries = () => receiver.received.filter((post) => eventOf(post).seq === seq)
    await receiver.until(() => tries().length === 1)
    const { secret } = await webhook.call('POST', '/rotate-secret', { overlapHours: 0 })
    receiver.behave(answersWith(204))
    await scene.pass(60 * 60_000)
    await receiver.until(() => tries().length === 2)
    const [first, second] = tries() as [ReceivedPost, ReceivedPost]
    expect([first.body, first.headers['webhook-id']]).to.deep.equal([second.body, second.headers['webhook-id']])
    const timesOf = tries().map(({ headers }) => Number(headers['webhook-timestamp']))
    expect((timesOf[1] ?? 0) - (timesOf[0] ?? 0)).to.be.at.least(3600)
    expect(tries().map((post) => signersOf(post, [webhook.secret, secret]))).to.deep.equal([[webhook.secret], [secret]])
    await scene.server.close()
  })
})
