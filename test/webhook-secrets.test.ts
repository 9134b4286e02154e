import { expect } from 'chai'
import { Webhook } from 'standardwebhooks'
import { verifyWebhook } from '../sdk/src/webhooks/index.ts'
import type { WebhookDocument } from '../server/src/webhooks/documents.ts'
import { createSealedSecrets } from '../server/src/webhooks/signing.ts'
import { anOrganisation } from './rig/people.ts'
import { aReceiver } from './rig/receiver.ts'
import { aWebhook, eventOf } from './rig/sending.ts'
import { sharedServer } from './rig/server.ts'

const hourMs = 3_600_000

/** An endpoint that nothing is posted to by itself. */
async function anEndpoint() {
  const receiver = await aReceiver()
  const webhook = await aWebhook(await anOrganisation(), receiver, { types: ['invoice.*'] })
  const rotate = (overlapHours: number) => webhook.call('POST', '/rotate-secret', { overlapHours })
  /** With which of the secrets a receiver that knows this one alone takes what is posted now. */
  async function takenWith(secrets: readonly string[]): Promise<boolean[]> {
    const { seq } = await webhook.call('POST', '/test')
    const { headers, body } = await receiver.next((post) => eventOf(post).seq === seq)
    const record = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
    return Promise.all(
      secrets.map((secret) =>
        verifyWebhook(body, headers, secret).then(
          () => Boolean(new Webhook(secret).verify(body, record)),
          () => false,
        ),
      ),
    )
  }
  return { webhook, rotate, takenWith }
}

describe('the secrets of a webhook', () => {
  it('that a receiver has goes on when the next one was lost and another was made', async () => {
    const { webhook, rotate, takenWith } = await anEndpoint()
    const lost = await rotate(24)
    const fresh = await rotate(24)
    expect(await takenWith([fresh.secret, lost.secret, webhook.secret])).to.deep.equal([true, true, true])
  })

  it('end all at once where that is chosen: they may be known to others', async () => {
    const { webhook, rotate, takenWith } = await anEndpoint()
    const former = await rotate(24)
    const fresh = await rotate(0)
    expect(fresh.secrets).to.have.lengthOf(1)
    expect(await takenWith([fresh.secret, former.secret, webhook.secret])).to.deep.equal([true, false, false])
  })

  it('go on for as long as was said, or for less where less is chosen later', async () => {
    const { rotate } = await anEndpoint()
    const spans = async (overlapHours: number) => {
      const { secrets } = await rotate(overlapHours)
      const [{ createdAt }, ...formers] = secrets
      return formers.map(({ expiresAt }: { expiresAt: string }) =>
        Math.round((Date.parse(expiresAt) - Date.parse(createdAt)) / hourMs),
      )
    }
    expect(await spans(24)).to.deep.equal([24])
    expect(await spans(168)).to.deep.equal([168, 24])
    expect(await spans(1)).to.deep.equal([1, 1, 1])
  })

  it('are as many as a receiver compares, the newest of them', async () => {
    const { webhook, rotate, takenWith } = await anEndpoint()
    const rotated: string[] = []
    for (let round = 0; round < 4; round += 1) rotated.unshift((await rotate(24)).secret)
    expect(await takenWith([...rotated, webhook.secret])).to.deep.equal([true, true, true, true, false])
  })

  it('that a lost SECRET_KEY had sealed are replaced by the next, and hold up nothing', async () => {
    const { webhook, rotate, takenWith } = await anEndpoint()
    // Else it may be read meanwhile, and the log says that it cannot be sent to.
    await webhook.call('PATCH', '', { enabled: false })
    const sealed = createSealedSecrets('another key of thirty-two letters').seal(webhook.id, webhook.secret)
    const { connection } = (await sharedServer()).app
    await connection
      .collection<WebhookDocument>('webhooks')
      .updateOne({ _id: webhook.id }, { $set: { 'secrets.0.sealed': sealed } })
    const fresh = await rotate(24)
    expect(fresh.secrets).to.have.lengthOf(1)
    await webhook.call('PATCH', '', { enabled: true })
    expect(await takenWith([fresh.secret, webhook.secret])).to.deep.equal([true, false])
  })
})
