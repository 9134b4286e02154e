import { type VerifyOptions, verifyWebhook, type WebhookHeaders } from '@rolecall/sdk/webhooks'
import { expect } from 'chai'
import { Webhook } from 'standardwebhooks'
import { newSecret, signatureHeaders } from '../server/src/webhooks/signing.ts'

const at = new Date('2026-03-01T12:00:00.000Z')
const event = {
  id: 'evt_01k9zzzzzzzzzzzzzzzzzzzzzz',
  log: 'org_01k9zzzzzzzzzzzzzzzzzzzzzz',
  seq: 7,
  type: 'organisation.renamed',
  at: at.toISOString(),
  data: { before: { name: 'Acme' }, after: { name: 'Zoë’s 🙂' } },
}
const body = JSON.stringify(event)
const secret = newSecret()

type Signed = Partial<Parameters<typeof signatureHeaders>[0]>
const signed = (over: Signed = {}): Record<string, string> =>
  signatureHeaders({ id: event.id, body, at, secrets: [secret], ...over })

/** The code that a verification fails with, or the type of the event. */
const outcomeOf = (
  given: { body?: string | Uint8Array; headers?: WebhookHeaders; secrets?: string | string[] } & VerifyOptions = {},
): Promise<string> =>
  verifyWebhook(given.body ?? body, given.headers ?? signed(), given.secrets ?? secret, { at: given.at ?? at }).then(
    ({ type }) => type,
    (error) => error.code ?? error.name,
  )

const without = (name: string) => Object.fromEntries(Object.entries(signed()).filter(([key]) => key !== name))

describe('verifying a webhook', () => {
  it('E41 gives the event of a body that was signed with the secret', async () => {
    expect(await verifyWebhook(body, signed(), secret, { at })).to.deep.equal(event)
    expect(await verifyWebhook(Buffer.from(body), signed(), secret, { at })).to.deep.equal(event)
    const inside = new Uint8Array(Buffer.from(`..${body}..`)).subarray(2, -2)
    expect(await verifyWebhook(inside, signed(), secret, { at })).to.deep.equal(event)
  })

  it('E41 takes what the standardwebhooks package has signed, now', async () => {
    const now = new Date()
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign('msg_1', now, body),
    }
    expect(await verifyWebhook(body, headers, secret)).to.deep.equal(event)
  })

  it('E41 is right about the reference implementations’ example', async () => {
    const headers = {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    }
    const given = { headers, body: '{"test": 2432232314}', at: new Date(1_614_265_330_000) }
    // Signed well, and no event of ours.
    expect(await outcomeOf({ ...given, secrets: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' })).to.equal('invalid_body')
    expect(await outcomeOf({ ...given, secrets: 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' })).to.equal('invalid_body')
  })

  it('reads headers however they come', async () => {
    const lower = signed()
    const upper = Object.fromEntries(Object.entries(lower).map(([name, value]) => [name.toUpperCase(), value]))
    const lists = Object.fromEntries(Object.entries(lower).map(([name, value]) => [name, [value]]))
    const other = { ...lower, 'content-type': 'application/json', absent: undefined }
    for (const headers of [lower, upper, lists, other, new Headers(lower), new Map(Object.entries(lower))]) {
      expect(await outcomeOf({ headers: headers as WebhookHeaders })).to.equal(event.type)
    }
  })

  it('E41 refuses what misses a header, or has no time in it', async () => {
    for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature']) {
      expect(await outcomeOf({ headers: without(name) })).to.equal('missing_header')
      expect(await outcomeOf({ headers: { ...signed(), [name]: '' } })).to.equal('missing_header')
    }
    for (const time of ['now', '1772366400.5', '-1772366400', '0x69a42a40', '1772366400 1772366400', '1e9', 'NaN']) {
      expect(await outcomeOf({ headers: { ...signed(), 'webhook-timestamp': time } }), time).to.equal('missing_header')
    }
  })

  it('E41 takes a timestamp of five minutes ago or hence, and none beyond', async () => {
    const afterSeconds = (seconds: number) => outcomeOf({ at: new Date(at.getTime() + seconds * 1000) })
    expect(await afterSeconds(300)).to.equal(event.type)
    expect(await afterSeconds(300.999)).to.equal(event.type)
    expect(await afterSeconds(301)).to.equal('timestamp_too_old')
    expect(await afterSeconds(-300)).to.equal(event.type)
    expect(await afterSeconds(-301)).to.equal('timestamp_too_new')
  })

  it('E41 refuses another body, id, time or secret, and a signature that was changed', async () => {
    const headers = signed()
    const signature = headers['webhook-signature'] ?? ''
    const other = signature.slice(0, 3) + (signature[3] === 'A' ? 'B' : 'A') + signature.slice(4)
    const changed = { 'webhook-id': 'evt_2', 'webhook-timestamp': '1772366401', 'webhook-signature': other }
    for (const [name, value] of Object.entries(changed)) {
      expect(await outcomeOf({ headers: { ...headers, [name]: value } }), name).to.equal('no_matching_signature')
    }
    expect(await outcomeOf({ body: `${body}\n` })).to.equal('no_matching_signature')
    expect(await outcomeOf({ body: JSON.stringify(JSON.parse(body), null, 1) })).to.equal('no_matching_signature')
    expect(await outcomeOf({ secrets: newSecret() })).to.equal('no_matching_signature')
    for (const no of ['v1', 'v1,', 'v1,=', 'v1,AAAA', 'v2,abc', `v1a,${signature.slice(3)}`, signature.slice(3), ' ']) {
      const given = { headers: { ...headers, 'webhook-signature': no } }
      expect(await outcomeOf(given), no).to.equal('no_matching_signature')
    }
  })

  it('E41 takes any of several signatures with any of several secrets, as while one is changed for the next', async () => {
    const next = newSecret()
    const headers = signed({ secrets: [next, secret] })
    for (const secrets of [secret, next, [newSecret(), secret], [next, newSecret()]]) {
      expect(await outcomeOf({ headers, secrets })).to.equal(event.type)
    }
    const strange = `v1a,abc nonsense v1,AAAA ${signed()['webhook-signature']}`
    expect(await outcomeOf({ headers: { ...signed(), 'webhook-signature': strange } })).to.equal(event.type)
    expect(await outcomeOf({ headers, secrets: newSecret() })).to.equal('no_matching_signature')
  })

  it('computes no more than four signatures of one request', async () => {
    const right = signed()['webhook-signature'] ?? ''
    const after = (count: number) => `${`v1,${'A'.repeat(43)}= `.repeat(count)}${right}`
    expect(await outcomeOf({ headers: { ...signed(), 'webhook-signature': after(3) } })).to.equal(event.type)
    const beyond = { ...signed(), 'webhook-signature': after(4) }
    expect(await outcomeOf({ headers: beyond })).to.equal('no_matching_signature')
  })

  it('tells a body that was signed and is no event', async () => {
    for (const text of [
      '',
      'no',
      '[]',
      'null',
      '"x"',
      '{}',
      '{"id":"evt_1","log":"org_1","seq":"1","type":"a.b","data":{}}',
    ]) {
      expect(await outcomeOf({ body: text, headers: signed({ body: text }) }), text).to.equal('invalid_body')
    }
  })

  it('throws a TypeError where it is called with what cannot be right', async () => {
    const parsed = JSON.parse(body)
    for (const given of [{ body: parsed }, { body: undefined as never }]) {
      const failed = await verifyWebhook(given.body, signed(), secret).catch((error) => error)
      expect(failed).to.be.instanceOf(TypeError)
      expect(failed.message).to.contain('raw body')
    }
    for (const wrong of [[], '', 'whsec_', 'whsec_short', 'whsec_#', [undefined], `whsec_${'A'.repeat(300)}`]) {
      expect(await outcomeOf({ secrets: wrong as unknown as string[] }), String(wrong)).to.equal('TypeError')
    }
  })
})
