import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect } from 'chai'
import { SMTPServer } from 'smtp-server'
import type { Poster } from '../server/src/webhooks/post.ts'
import { aPoster, postTo, postUntilBegun, signal, to } from './rig/poster.ts'
import * as rig from './rig/receiver.ts'
import { atEnd } from './rig/teardown.ts'

describe('posting a webhook', () => {
  it('sends method, headers and body as they are given', async () => {
    const receiver = await rig.aReceiver()
    const headers = { 'content-type': 'application/json', 'webhook-id': 'evt_1', 'user-agent': 'Rolecall-Webhooks/1' }
    const body = '{"name":"Zoë 🙂"}'
    const answered = await aPoster().post({ url: `${receiver.url}?a=b#c`, body, headers }, signal)
    const { durationMs, ...rest } = answered
    expect(durationMs).to.be.a('number').and.to.satisfy(Number.isInteger)
    expect(rest.outcome).to.equal('ok')
    expect(rest.isGone).to.equal(false)
    expect(rest.response).to.deep.include({ status: 204, body: '', truncated: false })
    const [post] = receiver.received
    expect(post).to.deep.include({ method: 'POST', path: '/hook?a=b', body })
    expect(post?.headers).to.deep.equal({
      host: `127.0.0.1:${receiver.port}`,
      connection: 'keep-alive',
      'content-length': String(Buffer.byteLength(body)),
      ...headers,
    })
  })

  it('keeps status, headers and body of the answer', async () => {
    const headers = {
      'X-Request-Id': 'r1',
      'Set-Cookie': ['a=1', 'b=2'],
      $where: 'x',
      'a.b': 'x',
      __proto: 'x',
      date: 'x',
    }
    const { outcome, response, isGone } = await postTo(rig.answersWith(500, headers, 'no ☃ today'))
    expect({ outcome, isGone }).to.deep.equal({ outcome: 'status', isGone: false })
    expect(response).to.deep.equal({
      status: 500,
      headers: {
        'x-request-id': 'r1',
        'set-cookie': 'a=1, b=2',
        date: 'x',
        connection: 'keep-alive',
        'keep-alive': 'timeout=5',
        'transfer-encoding': 'chunked',
      },
      body: 'no ☃ today',
      truncated: false,
    })
  })

  it('keeps what stands in headers as text, whatever it is, and takes none that HTTP forbids', async () => {
    const answers = (value: string) =>
      postTo(({ socket }) => {
        socket?.write(Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: 0\r\nx-odd: ${value}\r\n\r\n`, 'latin1'))
      })
    const { outcome, response } = await answers('caf\xe9\t\xed\xa0\x80 "$where": {}')
    expect([outcome, response?.status]).to.deep.equal(['ok', 200])
    expect(response?.headers['x-odd']).to.match(/^caf.+"\$where": \{\}$/)
    expect(Buffer.from(response?.headers['x-odd'] ?? '').toString()).to.equal(response?.headers['x-odd'])
    expect(await answers('a\0b')).to.include({ outcome: 'broken' })
  })

  it('takes 200 to 299 for taken, and nothing else', async () => {
    const outcomes: Record<number, string> = {}
    for (const status of [200, 201, 202, 204, 206, 226, 299, 300, 304, 308, 400, 404, 410, 429, 500, 503, 599]) {
      outcomes[status] = (await postTo(rig.answersWith(status))).outcome
    }
    const of = (outcome: string, ...statuses: number[]) => statuses.map((status) => [status, outcome])
    expect(outcomes).to.deep.equal(
      Object.fromEntries([
        ...of('ok', 200, 201, 202, 204, 206, 226, 299),
        ...of('redirect', 300, 304, 308),
        ...of('status', 400, 404, 410, 429, 500, 503, 599),
      ]),
    )
  })

  it('E40 follows no redirect, be it to a metadata address or to another server', async () => {
    const other = await rig.aReceiver()
    for (const location of ['http://169.254.169.254/latest/meta-data/', other.url]) {
      for (const status of [301, 302, 303, 307, 308]) {
        const { outcome, response } = await postTo(rig.redirectsTo(location, status))
        expect({ outcome, status: response?.status, to: response?.headers.location }).to.deep.equal({
          outcome: 'redirect',
          status,
          to: location,
        })
      }
    }
    expect(other.received).to.deep.equal([])
  })

  it('E41 tells 410, also when the rest of that answer never comes', async () => {
    expect(await postTo(rig.answersWith(410))).to.include({ outcome: 'status', isGone: true })
    expect(await postUntilBegun(rig.dribbles(410, 20))).to.include({ outcome: 'timeout', isGone: true })
  })

  it('E41 reads Retry-After in seconds and as a date, and believes at most a day', async () => {
    const day = 24 * 60 * 60 * 1000
    const table: Readonly<Record<string, number | undefined>> = {
      '0': 0,
      '120': 120_000,
      ' 7 ': 7000,
      '86400': day,
      '86401': day,
      '99999999999999999999999999': day,
      'Sun, 01 Mar 2026 12:00:30 GMT': 30_000,
      'Sunday, 01-Mar-26 12:01:00 GMT': 60_000,
      'Sun, 01 Mar 2026 11:00:00 GMT': 0,
      'Sun, 01 Mar 2099 12:00:00 GMT': day,
      '-5': undefined,
      '1.5': undefined,
      '1e3': undefined,
      soon: undefined,
      Infinity: undefined,
      '': undefined,
      'Sun, 99 Mar 2026 12:00:00 GMT': undefined,
      '2026-03-01T13:00:00Z': undefined,
    }
    const read: Record<string, number | undefined> = {}
    for (const header of Object.keys(table)) {
      read[header] = (await postTo(rig.answersWith(503, { 'retry-after': header }))).retryAfterMs
    }
    expect(read).to.deep.equal(table)
    expect(await postTo(rig.answersWith(200, { 'retry-after': '120' }))).not.to.have.property('retryAfterMs')
    expect(await postTo(rig.answersWith(503, { 'retry-after': ['1', '2'] }))).not.to.have.property('retryAfterMs')
  })
})

describe('a receiver that cannot be reached', () => {
  it('is an outcome with its reason', async () => {
    const receiver = await rig.aReceiver()
    await receiver.close()
    const refused = await aPoster().post(to(receiver.url), signal)
    expect(refused).to.deep.include({ outcome: 'unreachable', isGone: false })
    expect(refused.detail).to.match(/ECONNREFUSED/)
    expect(refused).not.to.have.property('response')
  })

  it('is one that speaks no TLS where https is asked for', async () => {
    const receiver = await rig.aReceiver()
    const { outcome } = await aPoster().post(to(receiver.url.replace('http:', 'https:')), signal)
    expect(outcome).to.equal('unreachable')
  })

  it('is one whose certificate nobody vouches for', async () => {
    const server = new SMTPServer({ secure: true, logger: false })
    server.on('error', () => undefined)
    server.listen(0, '127.0.0.1')
    await once(server.server, 'listening')
    const { port } = server.server.address() as AddressInfo
    const { outcome, detail } = await aPoster().post(to(`https://localhost:${port}/`), signal)
    await new Promise<void>((done) => server.close(done))
    expect(outcome).to.equal('unreachable')
    expect(detail).to.match(/certificate/)
  })

  it('is one that takes the connection and closes it at once', async () => {
    const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
    await once(server, 'listening')
    atEnd(async () => void server.close())
    const { port } = server.address() as AddressInfo
    const { outcome } = await aPoster().post(to(`http://127.0.0.1:${port}/`), signal)
    expect(outcome).to.equal('broken')
  })

  it('E40 is one whose address nothing may be posted to', async () => {
    expect(await aPoster().post(to('http://10.0.0.1/'), signal)).to.deep.include({
      outcome: 'refused_target',
      detail: 'The URL must not lead to a private or reserved address',
      isGone: false,
    })
  })
})

async function posted(poster: Poster, receiver: rig.Receiver): Promise<rig.ReceivedPost> {
  await poster.post(to(receiver.url), signal)
  return receiver.next()
}

describe('the connections of a poster', () => {
  it('are used again', async () => {
    const receiver = await rig.aReceiver({ behaviour: rig.answersWith(200, {}, 'fine') })
    const poster = aPoster()
    for (let count = 0; count < 10; count += 1) await poster.post(to(receiver.url), signal)
    // A connection is free again a moment after its answer is, so there may be two in turn.
    expect(receiver.connections()).to.be.at.most(2)
    await poster.close()
    await receiver.untilNoSockets()
  })

  it('are kept for the next post only while there are few', async () => {
    const [hanging, healthy] = [await rig.aReceiver({ behaviour: rig.hangs }), await rig.aReceiver()]
    const poster = aPoster({ maxKept: 2 })
    const { connection } = (await posted(poster, healthy)).headers
    const stop = new AbortController()
    const stuck = [1, 2].map(() => poster.post(to(hanging.url), stop.signal).catch((error) => error))
    await hanging.until((received) => received.length === 2)
    expect([connection, (await posted(poster, healthy)).headers.connection]).to.deep.equal(['keep-alive', 'close'])
    stop.abort(new Error('enough'))
    await Promise.all(stuck)
  })

  it('end with a post that is given up, which rejects with the reason', async () => {
    const receiver = await rig.aReceiver({ behaviour: rig.hangs })
    const poster = aPoster()
    const stop = new AbortController()
    const posted = poster.post(to(receiver.url), stop.signal).catch((error) => error)
    await receiver.next()
    const reason = new Error('stopping')
    stop.abort(reason)
    expect(await posted).to.equal(reason)
    await receiver.untilNoSockets()
    expect(await poster.post(to(receiver.url), stop.signal).catch((error) => error)).to.equal(reason)
    expect(receiver.received.length).to.equal(1)
  })

  it('end when it is closed, whatever is on its way', async () => {
    const receiver = await rig.aReceiver({ behaviour: rig.hangs })
    const poster = aPoster()
    const posted = poster.post(to(receiver.url), signal)
    await receiver.next()
    await poster.close()
    expect((await posted).outcome).to.be.oneOf(['broken', 'unreachable'])
    await receiver.untilNoSockets()
  })
})
