import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import fc from 'fast-check'
import { Client, WebSocket } from 'undici'
import { connectLive, eventAt, type LiveClient } from './rig/live.ts'
import { anOrganisation, type Person, type TestOrganisation } from './rig/people.ts'
import { type ServerProcess, startServerProcess } from './rig/process.ts'

const isLong = process.env.ROLECALL_LONG === '1'
const framesOfAConnection = 25
const connectionsAtOnce = 8
/** Of the server’s pool to its database, and of our own client: they grow by a few, and attackers are hundreds. */
const ownConnections = 16
const runs = (isLong ? 100_000 : 5_000) / framesOfAConnection / connectionsAtOnce

type Frame = string | Uint8Array<ArrayBuffer>

interface Attack {
  /** `raw` is bytes where WebSocket frames should be, `polling` is requests. */
  readonly way: 'websocket' | 'raw' | 'polling'
  /** Signs in first, as anybody may, and breaks the rules afterwards. */
  readonly isSignedIn: boolean
  readonly frames: readonly Frame[]
  readonly isAbrupt: boolean
}

const text = fc.string({ unit: 'grapheme', maxLength: 300 })
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => new Uint8Array(array))
const json = fc.oneof(fc.json({ maxDepth: 4 }), fc.constant('['.repeat(5_000)), fc.constant('{"__proto__":{"x":1}}'))
const eventName = fc.constantFrom('subscribe', 'unsubscribe', 'authenticate', 'disconnect', 'connect', 'error', 'x')
const namespace = fc.constantFrom('', '', '', '/,', '/admin,', '/__proto__,', '/constructor,', `/${'n'.repeat(999)},`)
const number = fc.constantFrom('', '', '0', '1', '99999999999999999999', '-1')

/** Packets of Socket.IO: the type, the namespace, the number of an acknowledgement, and what is said. */
const packet = fc
  .tuple(fc.constantFrom('40', '41', '42', '43', '44', '45', '451-', '46', '4999999-', '47'), namespace, number, json)
  .map((parts) => parts.join(''))
const call = fc
  .tuple(number, eventName, fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 4 }))
  .map(([id, name, given]) => `42${id}${JSON.stringify([name, ...given])}`)
const acknowledgements = fc.nat(999_999).map((id) => `43${id}["x"]`)
const cut = packet.chain((whole) => fc.nat(whole.length).map((length) => whole.slice(0, length)))

const frame: fc.Arbitrary<Frame> = fc.oneof(
  text,
  bytes,
  packet,
  call,
  cut,
  acknowledgements,
  fc.tuple(fc.constantFrom('0', '1', '2', '3', '4', '5', '6', '7', ''), text).map((parts) => parts.join('')),
  fc.constantFrom('x'.repeat(20_000), `42["subscribe","${'y'.repeat(15_900)}"]`, new Uint8Array(20_000)),
)

const attack: fc.Arbitrary<Attack> = fc.record({
  way: fc.constantFrom('websocket', 'websocket', 'websocket', 'raw', 'polling'),
  isSignedIn: fc.boolean(),
  frames: fc.array(frame, { minLength: framesOfAConnection, maxLength: framesOfAConnection }),
  isAbrupt: fc.boolean(),
})

const signIn = (token: string) => `40${JSON.stringify({ token })}`

async function overWebSocket({ frames, isSignedIn, isAbrupt }: Attack, url: string, token: string): Promise<void> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`)
  const closed = once(socket, 'close').catch(() => undefined)
  const failed = once(socket, 'error').catch(() => undefined)
  await Promise.race([once(socket, 'open'), closed, failed])
  for (const one of isSignedIn ? [signIn(token), ...frames] : frames) {
    if (socket.readyState === WebSocket.OPEN) socket.send(one)
    // Now and then the server has its turn, and cuts whoever is to be cut.
    if (one.length % 4 === 0) await pause(0)
  }
  if (isAbrupt) return void socket.close()
  const polite = pause(50)
  await Promise.race([closed, polite])
  socket.close()
  await Promise.race([closed, pause(1_000)])
}

/** A handshake that is right, and then bytes that are no frames. */
async function overTcp({ frames, isAbrupt }: Attack, url: string): Promise<void> {
  const { port, hostname } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => socket.destroy())
  socket.resume()
  const key = randomBytes(16).toString('base64')
  socket.write(
    `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
  )
  for (const one of frames) if (socket.writable) socket.write(one)
  if (!isAbrupt) await Promise.race([once(socket, 'close'), pause(50)]).catch(() => undefined)
  socket.destroy()
}

async function overPolling({ frames, isSignedIn }: Attack, url: string, token: string): Promise<void> {
  // Connections of its own, which it does not keep.
  const client = new Client(url)
  const path = '/socket.io/?EIO=4&transport=polling'
  const opened = await (await client.request({ method: 'GET', path })).body.text()
  const { sid } = JSON.parse(opened.slice(1))
  const post = (body: Frame) =>
    client
      .request({ method: 'POST', path: `${path}&sid=${sid}`, body, headers: { 'content-type': 'text/plain' } })
      .then(
        (answer) => answer.body.dump(),
        () => undefined,
      )
  if (isSignedIn) await post(signIn(token))
  for (const one of frames) await post(one)
  await post('1')
  await client.destroy()
}

const over = { websocket: overWebSocket, raw: overTcp, polling: overPolling } as const

/** Changes something that everybody may see, and waits until the one who listens has heard of it. */
async function change(organisation: TestOrganisation, witness: LiveClient, count: number): Promise<void> {
  const name = count % 2 === 0 ? organisation.name.toUpperCase() : organisation.name.toLowerCase()
  const { status, headers, text } = await organisation.admin.api('PATCH', `/organisations/${organisation.id}`, { name })
  expect(status, text).to.equal(200)
  await witness.until(eventAt(Number(headers.get('Rolecall-Seq'))))
}

/** File descriptors and sockets, as the server itself counts them. */
async function open(server: ServerProcess): Promise<number> {
  const metrics = await (await fetch(`${server.url}/metrics`)).text()
  const counted = /^process_open_fds (\d+)$/m.exec(metrics) ?? /^nodejs_active_resources_total (\d+)$/m.exec(metrics)
  return Number(counted?.[1])
}

describe('random frames on sockets', () => {
  let server: ServerProcess
  let organisation: TestOrganisation
  let attacker: Person
  let witness: LiveClient

  before(async () => {
    server = await startServerProcess()
    organisation = await anOrganisation({ url: server.url })
    attacker = await organisation.add('developer')
    witness = await connectLive(organisation.admin)
    await witness.subscribe(organisation.id)
  })

  it(`harm neither the process nor what others hear, and leave nothing open (${runs * framesOfAConnection * connectionsAtOnce} frames)`, async function () {
    this.timeout(isLong ? 900_000 : 300_000)
    await change(organisation, witness, 0)
    const before = await open(server)
    const attacks = fc.array(attack, { minLength: connectionsAtOnce, maxLength: connectionsAtOnce })
    let count = 1
    await fc.assert(
      fc.asyncProperty(attacks, async (all) => {
        const token = attacker.session.accessToken
        const attacking = Promise.all(all.map((one) => over[one.way](one, server.url, token)))
        await change(organisation, witness, count++)
        await attacking
      }),
      { numRuns: runs, endOnFailure: true },
    )
    await change(organisation, witness, count++)
    const seqs = witness.received.filter(({ name }) => name === 'event').map(({ body }) => body.seq)
    expect(seqs).to.deep.equal(Array.from({ length: seqs.length }, (_, index) => index + (seqs[0] ?? 0)))
    expect(seqs.length).to.equal(count)
    expect(witness.received.filter(({ name }) => name !== 'event')).to.deep.equal([])
    while ((await open(server)) > before + ownConnections) await pause(100)
    expect(server.output().stderr).not.to.match(/"level":"(error|fatal)"/)
    await server.kill('SIGTERM')
  })
})
