import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { type Operation, operations } from '@rolecall/contract'
import { expect } from 'chai'
import { addressGroup } from '../server/src/address-group.ts'
import { createRateLimits, handshakes, loopbackFactor, policies } from '../server/src/http/rate-limits.ts'
import { Refusal } from '../server/src/refusal.ts'
import { connectLive } from './rig/live.ts'
import { type Answer, anOrganisation, apiOf, defaultPassword, signUp } from './rig/people.ts'
import { sharedServer, startServer, type TestServer } from './rig/server.ts'

/** Requests from this address, as a proxy in front of the server would tell. */
const from = (address: string) => ({ 'X-Forwarded-For': address })
const retryAfterOf = ({ headers }: Answer) => Number(headers.get('Retry-After'))

describe('the limits for requests', () => {
  let server: TestServer
  before(async () => {
    server = await startServer({ env: { RATE_LIMITS: 'on', TRUST_PROXY: '1' } })
  })
  after(() => server.close())

  const nobody = () => apiOf(server.url)

  /** Asks until it is refused, which it must be after so many times. */
  async function exhaust(quota: number, ask: () => Promise<Answer>): Promise<Answer> {
    for (let count = 1; count <= quota; count += 1) {
      const { status } = await ask()
      if (status === 429) throw new Error(`refused at request ${count} of ${quota}`)
    }
    return ask()
  }

  it('are told with every answer, in the words of the IETF’s draft', async () => {
    const [first, second] = [
      await nobody()('GET', '/permissions', undefined, from('192.0.2.1')),
      await nobody()('GET', '/permissions', undefined, from('192.0.2.1')),
    ]
    expect(first.headers.get('RateLimit-Policy')).to.equal('"address";q=600;w=60')
    expect(first.headers.get('RateLimit')).to.equal('"address";r=599;t=60')
    expect(second.headers.get('RateLimit')).to.match(/^"address";r=598;t=\d+$/)

    const signedIn = await nobody()('POST', '/sessions', {}, from('192.0.2.1'))
    expect(signedIn.headers.get('RateLimit-Policy')).to.equal('"address";q=600;w=60, "sign-in";q=60;w=60')
    expect(signedIn.headers.get('RateLimit')).to.match(/^"address";r=597;t=\d+, "sign-in";r=59;t=60$/)
  })

  it('refuse with 429, say when to come again, and let others go on', async () => {
    const ask = (address: string) => nobody()('GET', '/permissions', undefined, from(address))
    const refused = await exhaust(policies.address.quota, () => ask('192.0.2.2'))
    expect(refused.status).to.equal(429)
    expect(refused.headers.get('Content-Type')).to.equal('application/problem+json')
    expect(refused.body).to.deep.equal({
      type: 'urn:rolecall:problem:rate_limited',
      code: 'rate_limited',
      status: 429,
      title: 'Too many requests',
      detail: `The limit “address” is reached. Try again in ${retryAfterOf(refused)} s.`,
    })
    expect(retryAfterOf(refused)).to.be.within(1, 60)
    expect(refused.headers.get('RateLimit')).to.equal(`"address";r=0;t=${retryAfterOf(refused)}`)
    expect((await ask('192.0.2.3')).status).to.equal(200)
  })

  it('count whoever is signed in by account, whatever the address', async () => {
    const [person, other] = [await signUp({ url: server.url }), await signUp({ url: server.url })]
    const first = await person.api('GET', '/account', undefined, from('192.0.2.4'))
    const second = await person.api('GET', '/account', undefined, from('192.0.2.5'))
    expect(first.headers.get('RateLimit')).to.match(/^"account";r=2999;/)
    expect(second.headers.get('RateLimit')).to.match(/^"account";r=2998;/)
    expect((await other.api('GET', '/account', undefined, from('192.0.2.4'))).headers.get('RateLimit')).to.match(
      /^"account";r=2999;/,
    )
  })

  it('count a token that is refused by address, so that guessing is limited too', async () => {
    const guess = () => apiOf(server.url, 'not.a.token')('GET', '/account', undefined, from('192.0.2.6'))
    expect((await guess()).headers.get('RateLimit')).to.match(/^"address";r=599;/)
    expect((await exhaust(policies.address.quota - 1, guess)).status).to.equal(429)
    const person = await signUp({ url: server.url })
    expect((await person.api('GET', '/account', undefined, from('192.0.2.6'))).status).to.equal(200)
  })

  it('E15 let nobody find out whose emails have accounts: by signing up', async () => {
    const { email } = await signUp({ url: server.url })
    const trial = { email, name: 'Ada', password: defaultPassword }
    const ask = (body: object) => nobody()('POST', '/accounts', body, from('192.0.2.7'))
    expect((await ask(trial)).body.code).to.equal('email_taken')
    const refused = await exhaust(policies['sign-up'].quota - 1, () => ask({}))
    expect(refused.body.code).to.equal('rate_limited')
    for (const address of [email, `un${email}`]) {
      expect((await ask({ ...trial, email: address })).body.code).to.equal('rate_limited')
    }
  })

  it('E15 let nobody find out whose emails have accounts: by adding members', async () => {
    const { id, admin } = await anOrganisation({ url: server.url })
    const add = () =>
      admin.api(
        'POST',
        `/organisations/${id}/members`,
        { email: 'n@example.com', role: 'developer' },
        from('192.0.2.11'),
      )
    expect((await add()).body.code).to.equal('account_not_found')
    expect((await exhaust(policies['add-member'].quota - 1, add)).body.code).to.equal('rate_limited')
    expect((await admin.api('GET', `/organisations/${id}/members`)).status).to.equal(200)
  })

  it('bound what is posted to webhooks because somebody asks for it', async () => {
    const person = await signUp({ url: server.url })
    const path = `/organisations/${person.organisation.id}/webhooks`
    const url = 'https://example.com/hooks'
    const { body } = await person.api('POST', path, { url, enabled: false }, from('192.0.2.13'))
    const test = () => person.api('POST', `${path}/${body.id}/test`, undefined, from('192.0.2.13'))
    expect((await test()).body.code).to.equal('webhook_not_enabled')
    expect((await exhaust(policies['webhook-posts'].quota - 1, test)).body.code).to.equal('rate_limited')
    const replay = await person.api('POST', `${path}/${body.id}/replay`, {}, from('192.0.2.13'))
    expect(replay.body.code).to.equal('rate_limited')
    expect((await person.api('GET', path, undefined, from('192.0.2.13'))).status).to.equal(200)
  })

  it('E15 let nobody find out which names are in use', async () => {
    const { id, name } = await anOrganisation({ url: server.url })
    const person = await signUp({ url: server.url })
    const create = () => person.api('POST', '/organisations', { name }, from('192.0.2.12'))
    expect((await create()).body.code).to.equal('organisation_name_taken')
    expect((await exhaust(policies['organisation-names'].quota - 1, create)).body.code).to.equal('rate_limited')
    expect((await person.api('PATCH', `/organisations/${id}`, { name }, from('192.0.2.12'))).body.code).to.equal(
      'rate_limited',
    )
  })

  it('take an address from a proxy that is trusted, and from nobody else', async () => {
    const direct = await startServer({ env: { RATE_LIMITS: 'on' } })
    const ask = (address: string) => apiOf(direct.url)('GET', '/permissions', undefined, from(address))
    await ask('192.0.2.8')
    expect((await ask('192.0.2.9')).headers.get('RateLimit')).to.match(/r=59998;/)
    await direct.close()
    const behind = await nobody()('GET', '/permissions', undefined, from('192.0.2.9, 192.0.2.10'))
    expect(behind.headers.get('RateLimit')).to.match(/r=599;/)
    const again = await nobody()('GET', '/permissions', undefined, from('198.51.100.1, 192.0.2.10'))
    expect(again.headers.get('RateLimit')).to.match(/r=598;/)
  })

  it('hold for the connections that an address begins, whatever it shows', async () => {
    const { session } = await signUp({ url: server.url })
    const connect = async (address: string) => {
      const options = { token: 'none', headers: from(address) }
      const refused = await connectLive({ url: server.url, session }, options).catch((error: unknown) => error)
      return (refused as { problem: { code: string } }).problem.code
    }
    const codes: string[] = []
    for (let made = 0; made < handshakes.quota; made += 100) {
      codes.push(...(await Promise.all(Array.from({ length: 100 }, () => connect('192.0.2.77')))))
    }
    expect(new Set(codes)).to.deep.equal(new Set(['unauthenticated']))
    expect(await connect('192.0.2.77')).to.equal('rate_limited')
    expect(await connect('192.0.2.78')).to.equal('unauthenticated')
  })

  it('give callers on this machine a hundred times as much', async () => {
    const { headers } = await nobody()('GET', '/permissions', undefined, from('127.0.0.1'))
    expect(headers.get('RateLimit-Policy')).to.equal(`"address";q=${policies.address.quota * loopbackFactor};w=60`)
  })

  it('count all addresses of an IPv6 network as one', async () => {
    const ask = (address: string) => nobody()('GET', '/permissions', undefined, from(address))
    await ask('2001:db8:1:2::1')
    expect((await ask('2001:db8:1:2:ffff::2')).headers.get('RateLimit')).to.match(/r=598;/)
    expect((await ask('2001:db8:1:3::1')).headers.get('RateLimit')).to.match(/r=599;/)
  })

  it('can be switched off', async () => {
    const { url } = await sharedServer()
    const { headers } = await apiOf(url)('GET', '/permissions')
    expect([headers.get('RateLimit'), headers.get('RateLimit-Policy')]).to.deep.equal([null, null])
  })

  it('begin anew when the time is over', async () => {
    const count = createRateLimits({ short: { by: 'address', quota: 1, windowSeconds: 1 } })
    const request = { operation: 'permissions.catalogue', account: undefined, address: '192.0.2.1' }
    const ask = () =>
      count(request, anAnswer()).then(
        () => undefined,
        (error: unknown) => error,
      )
    // In one breath, so that no pause of the machine comes between.
    const [first, refused] = await Promise.all([ask(), ask()])
    expect(first).to.equal(undefined)
    expect(refused).to.be.instanceOf(Refusal).with.property('retryAfterSeconds', 1)
    while ((await ask()) !== undefined) await pause(50)
  })

  for (const [name, policy] of Object.entries(policies)) {
    const counted: readonly string[] = 'operations' in policy ? policy.operations : ['events.types']
    for (const operation of counted) {
      it(`hold for ${operation}: “${name}”`, async () => {
        const count = createRateLimits()
        const [feature = '', own = ''] = operation.split('.')
        const table: Readonly<Record<string, Readonly<Record<string, Operation>>>> = operations
        // An account's limit on what anyone may call, or the reverse, would never count.
        const needs = table[feature]?.[own]?.needs
        if ('operations' in policy) expect(needs === 'anyone').to.equal(policy.by === 'address')
        const account = policy.by === 'account' ? 'acc_1' : undefined
        const ask = () => count({ operation, account, address: '192.0.2.1' }, anAnswer())
        for (let done = 0; done < policy.quota; done += 1) await ask()
        const refused = await ask().then(
          () => undefined,
          (error: unknown) => error,
        )
        expect(refused).to.be.instanceOf(Refusal).with.property('code', 'rate_limited')
      })
    }
  }
})

const anAnswer = () => new ServerResponse(new IncomingMessage(new Socket()))

describe('the group of an address', () => {
  for (const [address, group] of [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:201', '192.0.2.1'],
    ['::1', '0:0:0:0::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:0DB8:0:0:8:800:200C:417A', '2001:db8:0:0::/64'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['1:2:3::', '1:2:3:0::/64'],
    ['', ''],
    ['unknown', 'unknown'],
  ] as const) {
    it(`${address || 'that is not known'} is ${group || 'none'}`, () => {
      expect(addressGroup(address)).to.equal(group)
    })
  }
})
