/** What the specification of Standard Webhooks asks of a sender's messages: headers, secrets, signatures. */
import { randomBytes } from 'node:crypto'
import { eventDefinitions } from '@rolecall/contract/schemas'
import { expect } from 'chai'
import fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { newId } from '../server/src/ids.ts'
import { createSealedSecrets, newSecret, signatureHeaders } from '../server/src/webhooks/signing.ts'

const body = JSON.stringify({ type: 'member.added', data: { name: 'Zoë 🙂' } })
const message = (over: Partial<Parameters<typeof signatureHeaders>[0]> = {}) => ({
  id: newId('evt'),
  body,
  at: new Date(),
  secrets: [newSecret()],
  ...over,
})

describe('the events that webhooks tell of', () => {
  it('have types of words with full stops between them, each with a schema of its data', () => {
    for (const [type, { data }] of Object.entries(eventDefinitions)) {
      expect(type).to.match(/^[a-zA-Z0-9_]+(\.[a-zA-Z0-9_]+)+$/)
      expect(data.def.type, type).to.equal('object')
    }
  })
})

describe('the secret of a webhook', () => {
  it('is random, of 24 to 64 bytes, in base64 after whsec_', () => {
    const secrets = Array.from({ length: 100 }, newSecret)
    expect(new Set(secrets).size).to.equal(100)
    for (const secret of secrets) {
      expect(secret).to.match(/^whsec_[A-Za-z0-9+/]{43}=$/)
      expect(Buffer.from(secret.slice('whsec_'.length), 'base64').length).to.equal(32)
    }
  })

  it('is stored so that only this SECRET_KEY opens it, and only for its webhook', () => {
    const secrets = createSealedSecrets('a'.repeat(43))
    const secret = newSecret()
    const sealed = secrets.seal('whk_1', secret)
    expect(sealed).not.to.contain(secret.slice('whsec_'.length, -1))
    expect(secrets.seal('whk_1', secret)).not.to.equal(sealed)
    expect(createSealedSecrets('a'.repeat(43)).open('whk_1', sealed)).to.equal(secret)
    expect(() => secrets.open('whk_2', sealed)).to.throw()
    expect(() => createSealedSecrets('b'.repeat(43)).open('whk_1', sealed)).to.throw()
  })
})

describe('E41 the headers of a webhook', () => {
  it('are webhook-id, webhook-timestamp and webhook-signature, as in the specification', () => {
    // Of the reference implementations' tests.
    const headers = signatureHeaders({
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      body: '{"test": 2432232314}',
      at: new Date(1_614_265_330_000),
      secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    })
    expect(headers).to.deep.equal({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    })
  })

  it('have an id without a full stop, the event’s own at each attempt, and the time of the attempt in whole seconds', () => {
    const id = newId('evt')
    const at = new Date('2026-03-01T12:00:00.999Z')
    const [first, second] = [at, new Date(at.getTime() + 5000)].map((time) =>
      signatureHeaders(message({ id, at: time })),
    )
    expect(id).to.match(/^[a-z0-9_]+$/)
    expect([first, second].map((headers) => headers?.['webhook-id'])).to.deep.equal([id, id])
    expect([first, second].map((headers) => headers?.['webhook-timestamp'])).to.deep.equal(['1772366400', '1772366405'])
    expect(first?.['webhook-signature']).not.to.equal(second?.['webhook-signature'])
  })

  it('sign id, time and body: none of them can be changed', () => {
    const secret = newSecret()
    const headers = signatureHeaders(message({ secrets: [secret] }))
    const webhook = new Webhook(secret)
    expect(webhook.verify(body, headers)).to.deep.equal(JSON.parse(body))
    const moved = String(Number(headers['webhook-timestamp']) + 1)
    for (const [text, changed] of [
      [`${body} `, headers],
      [body, { ...headers, 'webhook-id': newId('evt') }],
      [body, { ...headers, 'webhook-timestamp': moved }],
    ] as const) {
      expect(() => webhook.verify(text, changed)).to.throw('No matching signature')
    }
  })

  it('hold a signature for each secret while there are two, separated by a space, and each fits', () => {
    const secrets = [newSecret(), newSecret()]
    const headers = signatureHeaders(message({ secrets }))
    expect(headers['webhook-signature']).to.match(/^v1,[A-Za-z0-9+/]{43}= v1,[A-Za-z0-9+/]{43}=$/)
    for (const secret of secrets) expect(new Webhook(secret).verify(body, headers)).to.deep.equal(JSON.parse(body))
    expect(() => new Webhook(newSecret()).verify(body, headers)).to.throw('No matching signature')
  })

  it('are those of the standardwebhooks package, whatever the message', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[a-z0-9_]{1,40}$/), (text, id) => {
        const secret = `whsec_${randomBytes(32).toString('base64')}`
        const at = new Date()
        const headers = signatureHeaders({ id, body: text, at, secrets: [secret] })
        expect(headers['webhook-signature']).to.equal(new Webhook(secret).sign(id, at, text))
      }),
    )
  })
})
