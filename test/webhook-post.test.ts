import { getEventListeners, once } from 'node:events'
import { createServer } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect } from 'chai'
import { createGuard } from '../server/src/webhooks/guard.ts'
import { createPoster, type Poster } from '../server/src/webhooks/post.ts'
import * as rig from './rig/receiver.ts'
import { atEnd } from './rig/teardown.ts'

const now = new Date('2026-03-01T12:00:00.000Z')
const signal = new AbortController().signal

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** The least of several looks: buffers are given back some turns of the event loop after they were let go. */
async function memoryInUse(): Promise<number> {
  const looks: number[] = []
  for (let look = 0; look < 5; look += 1) {
    await new Promise((resolve) => setImmediate(resolve))
    collectGarbage()
    const { heapUsed, external } = process.memoryUsage()
    looks.push(heapUsed + external)
  }
  return Math.min(...looks)
}

function aPoster(timeoutMs = 10_000): Poster {
  const guard = createGuard({ loopback: true, resolve: async () => ['127.0.0.1'] })
  const poster = createPoster({ guard, now: () => now, timeoutMs })
  atEnd(() => poster.close())
  return poster
}

const to = (url: string) => ({ url, body: '{"type":"member.added"}', headers: { 'content-type': 'application/json' } })

/** What becomes of a post to a receiver that behaves like this, and that its connection is given back. */
async function postTo(behaviour: rig.Behaviour, timeoutMs?: number) {
  const receiver = await rig.aReceiver({ behaviour })
  const poster = aPoster(timeoutMs)
  const answered = await poster.post(to(receiver.url), signal)
  await poster.close()
  await receiver.untilNoSockets()
  await receiver.close()
  return answered
}

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
    expect(await postTo(rig.dribbles(410, 20), 300)).to.include({ outcome: 'timeout', isGone: true })
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

describe('E42 a receiver that behaves badly', () => {
  const badly: Readonly<Record<string, readonly [rig.Behaviour, outcome: string, detail: RegExp]>> = {
    'that never answers': [rig.hangs, 'timeout', /^No whole answer in 0\.3 s$/],
    'that sends a byte of the body now and then': [rig.dribbles(200, 20), 'timeout', /^No whole answer/],
    'that sends a byte of a header now and then': [rig.dribblesHeaders(20), 'timeout', /^No whole answer/],
    'that resets the connection': [rig.resets, 'broken', /ECONNRESET|other side closed/],
    'that breaks off in the middle': [rig.breaksOff(), 'broken', /closed|terminated|ECONNRESET/],
    'that sends 20 KB of headers': [rig.hugeHeaders(20_000), 'broken', /[Hh]eaders [Oo]verflow/],
    'that does not speak HTTP': [rig.babbles, 'broken', /HTTP/],
  }
  for (const [which, [behaviour, outcome, detail]] of Object.entries(badly)) {
    it(`costs no more than its time and gives its connection back: one ${which}`, async () => {
      const answered = await postTo(behaviour, outcome === 'timeout' ? 300 : undefined)
      expect(answered.outcome).to.equal(outcome)
      expect(answered.detail).to.match(detail)
      expect(answered.isGone).to.equal(false)
    })
  }

  it('keeps what had come of an answer when its time is over', async () => {
    const { response } = await postTo(rig.dribbles(500, 20), 300)
    expect(response?.status).to.equal(500)
    expect(response?.body).to.match(/^\.+$/)
    expect(response?.truncated).to.equal(true)
  })

  it('has 64 KiB of its body read, and no more', async () => {
    const { outcome, response } = await postTo(rig.neverEnds())
    expect(outcome).to.equal('ok')
    expect(response?.body).to.equal('x'.repeat(64 * 1024))
    expect(response?.truncated).to.equal(true)
    const exactly = await postTo(rig.answersWith(200, {}, 'y'.repeat(64 * 1024)))
    expect(exactly.response?.body.length).to.equal(64 * 1024)
    expect(exactly.response?.truncated).to.equal(false)
  })

  it('has what is no text replaced, within the same bounds, and no character cut in two', async () => {
    const binary = await postTo((response) => response.end(Buffer.alloc(64 * 1024, 0xff)))
    expect(Buffer.byteLength(binary.response?.body ?? '')).to.be.at.most(64 * 1024)
    expect(binary.response).to.deep.include({ truncated: true, body: '\ufffd'.repeat(Math.floor(65_536 / 3)) })
    const cut = await postTo(rig.answersWith(200, {}, `.${'€'.repeat(22_000)}`))
    expect(cut.response?.body).to.equal(`.${'€'.repeat(21_845)}`)
  })

  it('has nothing decompressed', async () => {
    const { outcome, response } = await postTo(rig.gzipBomb())
    expect(outcome).to.equal('ok')
    expect(response?.headers['content-encoding']).to.equal('gzip')
    expect(Buffer.byteLength(response?.body ?? '')).to.be.at.most(64 * 1024)
    // As gzip begins.
    expect(response?.body.slice(0, 3)).to.equal('\u001f\ufffd\b')
  })

  it('leaves nothing behind after many: no connection, no listener on the signal, no memory', async () => {
    const receiver = await rig.aReceiver({ behaviour: rig.neverEnds() })
    const poster = aPoster()
    const some = async () => {
      for (let round = 0; round < 10; round += 1) {
        await Promise.all(Array.from({ length: 10 }, () => poster.post(to(receiver.url), signal)))
      }
      await receiver.untilNoSockets()
    }
    await some()
    const before = await memoryInUse()
    await some()
    expect(getEventListeners(signal, 'abort')).to.deep.equal([])
    // 100 answers of 64 KiB are 6.5 MB.
    expect((await memoryInUse()) - before).to.be.lessThan(3_000_000)
  })

  it('delays no other', async () => {
    const hanging = await rig.aReceiver({ behaviour: rig.hangs })
    const healthy = await rig.aReceiver()
    const poster = aPoster()
    const stop = new AbortController()
    const stuck = Array.from({ length: 50 }, () => poster.post(to(hanging.url), stop.signal).catch((error) => error))
    await hanging.until((received) => received.length === 50)
    expect(await poster.post(to(healthy.url), signal)).to.include({ outcome: 'ok' })
    stop.abort(new Error('enough'))
    for (const error of await Promise.all(stuck)) expect(error).to.have.property('message', 'enough')
    await hanging.untilNoSockets()
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

  it('is one that takes the connection and closes it at once', async () => {
    const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
    await once(server, 'listening')
    atEnd(async () => void server.close())
    const { port } = server.address() as { port: number }
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
