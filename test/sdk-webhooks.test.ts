import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import { type AddressInfo, connect } from 'node:net'
import type { RolecallEvent } from '@rolecall/sdk'
import { type VerifyOptions, verifyWebhook, type WebhookHeaders, webhookReceiver } from '@rolecall/sdk/webhooks'
import { expect } from 'chai'
import { Webhook } from 'standardwebhooks'
import { newSecret, signatureHeaders } from '../server/src/webhooks/signing.ts'
import { atEnd } from './rig/teardown.ts'

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

  it('computes no more than ten signatures of one request', async () => {
    const right = signed()['webhook-signature'] ?? ''
    const after = (count: number) => `${`v1,${'A'.repeat(43)}= `.repeat(count)}${right}`
    expect(await outcomeOf({ headers: { ...signed(), 'webhook-signature': after(9) } })).to.equal(event.type)
    const beyond = { ...signed(), 'webhook-signature': after(10) }
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
      expect(await outcomeOf({ secrets: wrong as string[] }), String(wrong)).to.equal('TypeError')
    }
  })
})

interface Answered {
  readonly status: number
  readonly type: string | null
  readonly code?: string
  readonly title?: string
}

/** A server of somebody who receives webhooks. */
async function listening(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  atEnd(async () => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  const post = async (text: string, headers: Record<string, string>): Promise<Answered> => {
    const init = { method: 'POST', body: text, headers: { 'content-type': 'application/json', ...headers } }
    const response = await fetch(`http://127.0.0.1:${port}/hook`, init)
    const answer = await response.text()
    const { code, title } = answer === '' ? {} : JSON.parse(answer)
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      ...(answer === '' ? {} : { code, title }),
    }
  }
  return { port, post }
}

const now = () => signed({ at: new Date() })
const problem = 'application/problem+json'

interface ExpressApp {
  (...given: Parameters<RequestListener>): void
  use(handler: unknown): void
  post(path: string, handler: unknown): void
}
/** The one that the server has. */
const express: { (): ExpressApp; json(): unknown; raw(options: object): unknown; text(options: object): unknown } =
  createRequire(new URL('../server/package.json', import.meta.url))('express')

describe('receiving webhooks', () => {
  it('hands each event on and answers 204 once that is done, in Express and without', async () => {
    const seen: RolecallEvent[] = []
    let finish = () => {}
    const receive = webhookReceiver({
      secrets: secret,
      onEvent: (one) =>
        new Promise<void>((done) => {
          seen.push(one)
          finish = done
          arrived()
        }),
    })
    let arrived = () => {}
    const app = express()
    app.post('/hook', receive)
    for (const listener of [receive, app]) {
      const server = await listening(listener as RequestListener)
      const came = new Promise<void>((resolve) => {
        arrived = resolve
      })
      let answered: Answered | undefined
      const posting = server.post(body, now()).then((answer) => {
        answered = answer
      })
      await came
      expect(answered).to.equal(undefined)
      finish()
      await posting
      expect(answered).to.deep.equal({ status: 204, type: null })
    }
    expect(seen).to.deep.equal([event, event])
  })

  it('takes the body that express.raw or express.text has left', async () => {
    for (const parser of [express.raw({ type: '*/*' }), express.text({ type: '*/*' })]) {
      const app = express()
      app.use(parser)
      app.post('/hook', webhookReceiver({ secrets: [newSecret(), secret], onEvent: () => undefined }))
      const { post } = await listening(app)
      expect((await post(body, now())).status).to.equal(204)
    }
  })

  it('says so where express.json has run before it', async () => {
    const errors: unknown[] = []
    const app = express()
    app.use(express.json())
    app.post(
      '/hook',
      webhookReceiver({ secrets: secret, onEvent: () => undefined, onError: (error) => errors.push(error) }),
    )
    const { post } = await listening(app)
    const { status, title } = await post(body, now())
    expect(status).to.equal(500)
    expect(title).to.contain('mount it before express.json()')
    expect(errors.map(String)).to.deep.equal([`AlreadyRead: ${title}`])
    // It has read nothing of another type of content, and left the body to others.
    const other = await post(body, { ...now(), 'content-type': 'application/cloudevents' })
    expect(other.status).to.equal(204)
  })

  it('answers 400 with the reason to what is not Rolecall’s, and calls nobody', async () => {
    let calls = 0
    const { post } = await listening(webhookReceiver({ secrets: secret, onEvent: () => (calls += 1) }))
    expect(await post(body, {})).to.deep.equal({
      status: 400,
      type: problem,
      code: 'missing_header',
      title: 'The header webhook-id is missing',
    })
    expect(await post(`${body} `, now())).to.include({ status: 400, code: 'no_matching_signature' })
    expect(await post(body, signed())).to.include({ status: 400, code: 'timestamp_too_old' })
    expect(await post('', signed({ body: '', at: new Date() }))).to.include({ status: 400, code: 'invalid_body' })
    expect(calls).to.equal(0)
  })

  it('answers 500 when the event could not be processed, without the reason, which is told to the program', async () => {
    const errors: unknown[] = []
    const failure = new Error('the database of the receiver is at 10.0.0.7')
    for (const onEvent of [
      () => Promise.reject(failure),
      () => {
        throw failure
      },
    ]) {
      const options = { secrets: secret, onEvent, onError: (error: unknown) => errors.push(error) }
      const { post } = await listening(webhookReceiver(options))
      expect(await post(body, now())).to.deep.equal({
        status: 500,
        type: problem,
        code: 'internal',
        title: 'The event could not be processed',
      })
    }
    expect(errors).to.deep.equal([failure, failure])
  })

  it('refuses a body above 1 MiB, and takes one of 1 MiB', async () => {
    const { post } = await listening(webhookReceiver({ secrets: secret, onEvent: () => undefined }))
    const whole = JSON.stringify({ ...event, data: { padding: '' } })
    const padded = (bytes: number) => whole.replace('""', `"${'x'.repeat(bytes - whole.length)}"`)
    const largest = padded(1024 * 1024)
    expect(await post(largest, signed({ body: largest, at: new Date() }))).to.include({ status: 204 })
    expect(await post(padded(1024 * 1024 + 1), now())).to.include({ status: 413, code: 'payload_too_large' })
  })

  it('lets a sender go that goes away in the middle', async () => {
    let settled = () => {}
    const done = new Promise<void>((resolve) => {
      settled = resolve
    })
    const receive = webhookReceiver({ secrets: secret, onEvent: () => undefined })
    const { port } = await listening((request, response) => void receive(request, response).then(settled))
    const socket = connect(port, '127.0.0.1')
    socket.write('POST /hook HTTP/1.1\r\nhost: here\r\ncontent-length: 100\r\n\r\n{', () => socket.destroy())
    await done
  })
})
