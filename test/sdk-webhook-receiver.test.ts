import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import { type AddressInfo, connect } from 'node:net'
import type { RolecallEvent } from '@rolecall/sdk'
import { webhookReceiver } from '@rolecall/sdk/webhooks'
import { expect } from 'chai'
import { newSecret, signatureHeaders } from '../server/src/webhooks/signing.ts'
import { atEnd } from './rig/teardown.ts'

const event = {
  id: 'evt_01k9zzzzzzzzzzzzzzzzzzzzzz',
  log: 'org_01k9zzzzzzzzzzzzzzzzzzzzzz',
  seq: 7,
  type: 'organisation.renamed',
  at: '2026-03-01T12:00:00.000Z',
  data: { before: { name: 'Acme' }, after: { name: 'Zoë’s 🙂' } },
}
const body = JSON.stringify(event)
const secret = newSecret()

const signed = (text = body, at = new Date()): Record<string, string> =>
  signatureHeaders({ id: event.id, body: text, at, secrets: [secret] })

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
      const server = await listening(listener)
      const came = new Promise<void>((resolve) => {
        arrived = resolve
      })
      let answered: Answered | undefined
      const posting = server.post(body, signed()).then((answer) => {
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
      expect((await post(body, signed())).status).to.equal(204)
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
    const { status, title } = await post(body, signed())
    expect(status).to.equal(500)
    expect(title).to.contain('mount it before express.json()')
    expect(errors.map(String)).to.deep.equal([`AlreadyRead: ${title}`])
    // It has read nothing of another type of content, and left the body to others.
    const other = await post(body, { ...signed(), 'content-type': 'application/cloudevents' })
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
    expect(await post(`${body} `, signed())).to.include({ status: 400, code: 'no_matching_signature' })
    expect(await post(body, signed(body, new Date(0)))).to.include({ status: 400, code: 'timestamp_too_old' })
    expect(await post('', signed(''))).to.include({ status: 400, code: 'invalid_body' })
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
      expect(await post(body, signed())).to.deep.equal({
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
    expect(await post(largest, signed(largest))).to.include({ status: 204 })
    expect(await post(padded(1024 * 1024 + 1), signed())).to.include({ status: 413, code: 'payload_too_large' })
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
