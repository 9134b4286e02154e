import { getEventListeners } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect } from 'chai'
import { aPoster, postTo, postUntilBegun, signal, to } from './rig/poster.ts'
import * as rig from './rig/receiver.ts'

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
    const { response } = await postUntilBegun(rig.dribbles(500, 20))
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
      for (let round = 0; round < 4; round += 1) {
        await Promise.all(Array.from({ length: 10 }, () => poster.post(to(receiver.url), signal)))
      }
    }
    await some()
    const before = await memoryInUse()
    await some()
    expect(getEventListeners(signal, 'abort')).to.deep.equal([])
    // 40 answers of 64 KiB are 2.6 MB.
    expect((await memoryInUse()) - before).to.be.lessThan(1_300_000)
    await receiver.untilNoSockets()
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
