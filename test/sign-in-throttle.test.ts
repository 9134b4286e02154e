import { expect } from 'chai'
import { Refusal } from '../server/src/refusal.ts'
import { createGate } from '../server/src/sessions/gate.ts'
import { createSignInThrottle, freeFailures, longestDelayMs } from '../server/src/sessions/sign-in-throttle.ts'
import { type Answer, apiOf, signUp } from './rig/people.ts'
import { startServer, type TestServer } from './rig/server.ts'

/** Requests from this address, as a proxy in front of the server would tell. */
const from = (address: string) => ({ 'X-Forwarded-For': address })
const retryAfterOf = ({ headers }: Answer) => Number(headers.get('Retry-After'))

describe('signing in with wrong passwords', () => {
  let time = Date.now()
  let server: TestServer
  before(async () => {
    server = await startServer({ env: { RATE_LIMITS: 'on', TRUST_PROXY: '1' }, now: () => new Date(time) })
  })
  after(() => server.close())

  let networks = 0
  /** An address from which nobody has come yet. */
  const anAddress = () => {
    networks += 1
    return `198.51.100.${networks}`
  }
  const signIn = (email: string, password: string, address: string) =>
    apiOf(server.url)('POST', '/sessions', { email, password }, from(address))
  const wrong = (email: string, address: string) => signIn(email, 'not the password', address)

  async function fail(email: string, address: string, times: number): Promise<void> {
    for (let count = 0; count < times; count += 1) {
      expect((await wrong(email, address)).body.code).to.equal('invalid_credentials')
    }
  }

  it('is slowed down more and more, up to a quarter of an hour', async () => {
    const { email } = await signUp({ url: server.url })
    const address = anAddress()
    await fail(email, address, freeFailures.pair)
    const waits: number[] = []
    for (let round = 0; round < 11; round += 1) {
      const refused = await wrong(email, address)
      expect([refused.status, refused.body.code]).to.deep.equal([429, 'rate_limited'])
      waits.push(retryAfterOf(refused))
      time += retryAfterOf(refused) * 1_000 - 1
      expect((await wrong(email, address)).status).to.equal(429)
      time += 1
      await fail(email, address, 1)
    }
    expect(waits).to.deep.equal([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900])
    expect(longestDelayMs).to.equal(900_000)
  })

  it('does not look at the password while it must wait, so that guesses learn nothing', async () => {
    const { email, password } = await signUp({ url: server.url })
    const address = anAddress()
    await fail(email, address, freeFailures.pair)
    const [right, guess] = [await signIn(email, password, address), await wrong(email, address)]
    expect(right.status).to.equal(429)
    expect(right.text).to.equal(guess.text)
    time += 1_000
    expect((await signIn(email, password, address)).status).to.equal(201)
  })

  it('keeps nobody out who comes from another address', async () => {
    const { email, password } = await signUp({ url: server.url })
    for (const attacker of [anAddress(), anAddress(), anAddress()]) {
      await fail(email, attacker, freeFailures.pair)
      expect((await wrong(email, attacker)).status).to.equal(429)
    }
    expect((await signIn(email, password, anAddress())).status).to.equal(201)
  })

  it('E15 slows an email that nobody has down alike', async () => {
    const { email } = await signUp({ url: server.url })
    const [one, other] = [anAddress(), anAddress()]
    await fail(email, one, freeFailures.pair)
    await fail(`un${email}`, other, freeFailures.pair)
    const [known, unknown] = [await wrong(email, one), await wrong(`un${email}`, other)]
    expect(known.status).to.equal(429)
    expect([unknown.status, unknown.text, retryAfterOf(unknown)]).to.deep.equal([
      known.status,
      known.text,
      retryAfterOf(known),
    ])
  })

  it('begins anew after the right one, and counts all spellings of an email as one', async () => {
    const { email, password } = await signUp({ url: server.url })
    const address = anAddress()
    await fail(email, address, freeFailures.pair - 1)
    expect((await signIn(email, password, address)).status).to.equal(201)
    await fail(email.toUpperCase(), address, freeFailures.pair - 1)
    await fail(` ${email}`, address, 1)
    expect((await wrong(email, address)).status).to.equal(429)
  })

  it('is forgotten in time', async () => {
    const { email } = await signUp({ url: server.url })
    const address = anAddress()
    await fail(email, address, freeFailures.pair)
    time += 60 * 60 * 1_000
    await fail(email, address, freeFailures.pair)
    expect((await wrong(email, address)).status).to.equal(429)
  })

  it('is slowed down for an address that tries one email after the other, also if it has an account itself', async () => {
    let at = 0
    const throttle = createSignInThrottle(() => new Date(at))
    const attempt = (emailKey: string, address: string, value?: string) =>
      throttle.attempt({ emailKey, address }, async () => value).catch((error: unknown) => error)
    for (let count = 0; count < freeFailures.address; count += 1) {
      expect(await attempt('attacker', '2001:db8::2', 'signed in')).to.equal('signed in')
      expect(await attempt(`nobody-${count}`, '2001:db8::1')).to.equal(undefined)
    }
    expect(await attempt('nobody', '2001:db8::3')).to.have.property('retryAfterSeconds', 1)
    expect(await attempt('attacker', '2001:db8::2', 'signed in')).to.have.property('retryAfterSeconds', 1)
    expect(await attempt('nobody', '2001:db8:1::1')).to.equal(undefined)
    at += 1_000
    expect(await attempt('somebody', '2001:db8::2', 'signed in')).to.equal('signed in')
    expect(await attempt('somebody else', '2001:db8::2', 'signed in')).to.equal('signed in')
  })

  it('does not count what failed for another reason', async () => {
    const throttle = createSignInThrottle(() => new Date(time))
    const who = { emailKey: 'ada', address: '192.0.2.1' }
    for (let count = 0; count < 2 * freeFailures.pair; count += 1) {
      const failed = throttle.attempt(who, () => Promise.reject(new Error('the database is away')))
      expect(await failed.catch(String)).to.equal('Error: the database is away')
    }
    expect(await throttle.attempt(who, async () => 'signed in')).to.equal('signed in')
  })

  it('E59 waits no longer after the clock was set back', async () => {
    let at = Date.parse('2026-11-24T12:00:00Z')
    const throttle = createSignInThrottle(() => new Date(at))
    const who = { emailKey: 'ada', address: '192.0.2.1' }
    const attempt = () => throttle.attempt(who, async () => undefined).catch((error: unknown) => error)
    for (let count = 0; count < freeFailures.pair; count += 1) await attempt()
    at -= 10 * 60 * 1_000
    expect(await attempt()).to.have.property('retryAfterSeconds', 1)
  })

  it('counts attempts that run at the same time', async () => {
    const { email } = await signUp({ url: server.url })
    const address = anAddress()
    const answers = await Promise.all(Array.from({ length: 40 }, () => wrong(email, address)))
    const looked = answers.filter(({ status }) => status === 401)
    expect(looked).to.have.lengthOf(freeFailures.pair)
    expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([401, 429]))
  })
})

describe('hashing of passwords', () => {
  it('runs a few at once, lets some wait in order, and refuses the rest with 503', async () => {
    const gate = createGate({ atOnce: 2, waiting: 3 })
    const started: number[] = []
    const finish: (() => void)[] = []
    const task = (number: number) =>
      gate(async () => {
        started.push(number)
        await new Promise<void>((done) => finish.push(done))
        if (number === 0) throw new Error('failed')
        return number
      })
    const tasks = Array.from({ length: 7 }, (_, number) => task(number).catch((error: unknown) => error))
    expect(started).to.deep.equal([0, 1])
    for (const refused of await Promise.all(tasks.slice(5))) {
      expect(refused).to.be.instanceOf(Refusal).with.property('code', 'unavailable')
      expect(refused).to.have.property('retryAfterSeconds', 2)
    }
    finish[0]?.()
    expect(await tasks[0])
      .to.be.instanceOf(Error)
      .with.property('message', 'failed')
    expect(started).to.deep.equal([0, 1, 2])
    finish[1]?.()
    finish[2]?.()
    await Promise.all(tasks.slice(1, 3))
    expect(started).to.deep.equal([0, 1, 2, 3, 4])
    finish[3]?.()
    finish[4]?.()
    expect(await Promise.all(tasks.slice(3, 5))).to.deep.equal([3, 4])
    const later = task(9)
    finish[5]?.()
    expect(await later).to.equal(9)
  })

  it('E47 cannot starve the process: a flood of sign-ins is refused in part, and other requests are answered', async () => {
    const server = await startServer()
    const { email, password, api } = await signUp({ url: server.url })
    const flood = Array.from({ length: 200 }, (_, number) =>
      apiOf(server.url)('POST', '/sessions', { email: `nobody-${number}@example.com`, password: 'guess' }),
    )
    let isOver = false
    const answers = Promise.all(flood).finally(() => {
      isOver = true
    })
    const first = await Promise.any(
      flood.map(async (answer) =>
        (await answer).status === 503 ? answer : Promise.reject(new Error('was looked at')),
      ),
    )
    expect(first.body.code).to.equal('unavailable')
    expect(retryAfterOf(first)).to.equal(2)
    expect((await api('GET', '/account')).status).to.equal(200)
    expect(isOver).to.equal(false)
    const statuses = (await answers).map(({ status }) => status)
    expect(new Set(statuses)).to.deep.equal(new Set([401, 503]))
    expect((await apiOf(server.url)('POST', '/sessions', { email, password })).status).to.equal(201)
    await server.close()
  })
})
