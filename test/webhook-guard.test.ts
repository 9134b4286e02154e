import type { LookupAddress } from 'node:dns'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { privateNetwork } from '../server/src/webhooks/addresses.ts'
import { createGuard, type Guard, type GuardOptions } from '../server/src/webhooks/guard.ts'
import { createPoster } from '../server/src/webhooks/post.ts'
import { resolveName } from '../server/src/webhooks/resolve-name.ts'
import { generated, randomFrom } from './rig/generated-urls.ts'
import { aNameServer } from './rig/name-server.ts'
import { aReceiver } from './rig/receiver.ts'
import { isWithin, rangeOf, verdictOn, wordsOf } from './rig/special-addresses.ts'

const nobody = () => new Set<string>()
const guardOf = (options: Partial<GuardOptions> = {}): Guard =>
  createGuard({ loopback: false, own: nobody, ...options })

/** What a connection to this name would be given. */
function lookUp(guard: Guard, hostname: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    guard.lookup(hostname, { all: true }, (error, found) => {
      if (error !== null) reject(error)
      else resolve((found as LookupAddress[]).map(({ address }) => address))
    })
  })
}
const refusalBy = (guard: Guard, hostname: string) =>
  lookUp(guard, hostname).then(
    (found) => found,
    (error: Error) => error.name,
  )

const post = async (guard: Guard, url: string) => {
  const poster = createPoster({ guard, now: () => new Date(), timeoutMs: 5000 })
  try {
    return await poster.post({ url, body: '{}', headers: {} }, new AbortController().signal)
  } finally {
    await poster.close()
  }
}

describe('the guard of webhooks', () => {
  it('E40 takes http and https URLs of the public network, on any port', () => {
    const guard = guardOf()
    const fine = [
      'https://example.com',
      'http://example.com:8080/hooks?a=b',
      'https://example.com./',
      'https://bücher.example/',
      'https://93.184.216.34:1/',
      'https://[2606:2800:220:1::1]/',
      'https://localhost.example.com/',
      'https://example.com:22/',
    ]
    expect(fine.map((url) => guard.refusalOf(url))).to.deep.equal(fine.map(() => undefined))
  })

  it('E40 says why it takes a URL not', () => {
    const guard = guardOf()
    const table: Readonly<Record<string, readonly string[]>> = {
      'is not a URL': [
        '',
        'example.com',
        'https://',
        'https://exa[mple.com',
        'https://[fe80::1%25eth0]/',
        'http://1.2.3.4.5/',
      ],
      'must begin with https:// or http://': [
        'ftp://example.com',
        'file:///etc/passwd',
        'javascript:alert(1)',
        'ws://a.b',
      ],
      'must not hold a user name or password': [
        'https://me@example.com',
        'https://:secret@example.com',
        'http://a:b@1.1.1.1',
      ],
      'must not contain spaces or control characters': [
        ' https://example.com',
        'https://exam\tple.com',
        'https://example.com/\n',
        'https://example.com/\u202egpj',
        'https://exam\u00adple.com',
      ],
      'must not lead to the machine that the server runs on': [
        'http://localhost',
        'http://LocalHost.:3000/',
        'http://a.b.localhost/',
        'http://localhost../',
        'http://%6cocalhost/',
        'http://ｌｏｃａｌｈｏｓｔ/',
      ],
      'must not lead to a private or reserved address': [
        'http://127.0.0.1',
        'http://127.1',
        'http://2130706433',
        'http://0x7f.1/',
        'http://0177.0.0.1/',
        'http://①②⑦.⓪.⓪.①/',
        'http://127.0.0.1./',
        'http://0/',
        'http://[::]/',
        'http://[::1]:3000/',
        'http://[::ffff:127.0.0.1]/',
        'http://[::ffff:a9fe:a9fe]/',
        'http://[::127.0.0.1]/',
        'http://[64:ff9b::169.254.169.254]/',
        'http://[64:ff9b:1::a00:1]/',
        'http://[2002:7f00:1::]/',
        'http://[2001:0:1::1]/',
        'http://[fe80::1]/',
        'http://[fd00:ec2::254]/',
        'http://[fec0::1]/',
        'http://[ff02::1]/',
        'http://[2001:db8::1]/',
        'http://169.254.169.254/latest/meta-data/',
        'http://168.63.129.16/',
        'http://100.100.100.200/',
        'http://192.0.0.192/',
        'http://10.1.2.3',
        'http://172.31.255.255',
        'http://192.168.0.1',
        'http://198.18.0.1',
        'http://203.0.113.1',
        'http://224.0.0.1',
        'http://255.255.255.255',
      ],
    }
    for (const [reason, urls] of Object.entries(table)) {
      expect(Object.fromEntries(urls.map((url) => [url, guard.refusalOf(url)]))).to.deep.equal(
        Object.fromEntries(urls.map((url) => [url, reason])),
      )
    }
  })

  it('E40 lets none of 1,000,000 generated URLs and addresses pass to a forbidden one', async () => {
    const random = randomFrom(0x5eed)
    const closed = guardOf()
    const local = guardOf({ loopback: true })
    const refused = 'must not lead to a private or reserved address'
    const wrong: string[] = []
    const seen = { forbidden: 0, open: 0, loopback: 0, either: 0 }
    for (let count = 0; count < 1_000_000; count += 1) {
      const { address, url } = generated(random)
      const verdict = verdictOn(address)
      seen[verdict] += 1
      if (verdict === 'either') continue
      if (closed.refusalOf(url) !== (verdict === 'open' ? undefined : refused)) wrong.push(url)
      const isChecked = verdict === 'loopback' || count % 4 === 0
      if (isChecked && local.refusalOf(url) !== (verdict === 'forbidden' ? refused : undefined)) {
        wrong.push(`with loopback: ${url}`)
      }
      if (wrong.length > 20) break
    }
    expect(wrong).to.deep.equal([])
    // Of each kind enough that the agreement means something.
    expect(Math.min(seen.forbidden, seen.open)).to.be.greaterThan(200_000)
    expect(seen.loopback).to.be.greaterThan(10_000)
  })

  it('E40 gives a connection only those addresses of a name that it may go to', async () => {
    const random = randomFrom(0xadd7)
    for (const loopback of [false, true]) {
      for (let count = 0; count < 20_000; count += 1) {
        const some = Array.from({ length: 1 + random.below(4) }, () => generated(random))
        const decided = some.filter(({ address }) => verdictOn(address) !== 'either')
        const guard = guardOf({ loopback, resolve: async () => decided.map(({ text }) => text) })
        const open = decided.filter(({ address }) =>
          loopback ? verdictOn(address) !== 'forbidden' : verdictOn(address) === 'open',
        )
        const expected = open.length === 0 ? 'RefusedTarget' : open.map(({ text }) => text)
        expect(await refusalBy(guard, 'example.com')).to.deep.equal(expected)
      }
    }
  })

  it('E40 opens of private networks what the operator lists, and never where clouds tell of themselves', async () => {
    const listed = ['10.1.0.0/16', '100.64.0.0/10', '192.168.7.9', 'fc00::/7']
    const networks = listed.map(privateNetwork).filter((network) => network !== undefined)
    expect(networks).to.have.lengthOf(listed.length)
    const guard = guardOf({ networks, resolve: async () => ['10.2.0.1', '10.1.0.1', '169.254.169.254', 'fd00::1'] })
    const opened = [
      'http://10.1.0.0',
      'http://10.1.255.255',
      'http://167837953/',
      'http://192.168.7.9',
      'http://[fd00::1]',
    ]
    const closed = [
      'http://10.0.255.255',
      'http://10.2.0.0',
      'http://192.168.7.8',
      'http://192.168.7.10',
      'http://172.16.0.1',
      'http://127.0.0.1',
      'http://169.254.169.254',
      'http://100.100.100.200',
      'http://[fd00:ec2::254]',
      'http://[fd00:0ec2:0::0254]',
      'http://[fd20:ce::254]',
      'http://[fd00:ec2::23]',
      'http://[fd00:c1::a9fe:a9fe]',
      'http://[::ffff:10.1.0.1]',
      'http://[64:ff9b::10.1.0.1]',
      'http://[2002:a01:1::]',
    ]
    for (const url of opened) expect(guard.refusalOf(url), url).to.equal(undefined)
    for (const url of closed) expect(guard.refusalOf(url), url).to.match(/^must not lead to a private/)
    expect(await refusalBy(guard, 'app.internal')).to.deep.equal(['10.1.0.1', 'fd00::1'])
    const own = () => new Set(['10.1.0.1'])
    expect(guardOf({ networks, own }).refusalOf('http://10.1.0.1')).to.match(/^must not lead to a private/)

    const random = randomFrom(0x9e7)
    const ranges = ['10.1.0.0/16', '100.64.0.0/10', '192.168.7.9/32', 'fc00::/7'].map(rangeOf)
    const metadata = ['100.100.100.200/32', 'fd00:ec2::/32', 'fd20:ce::/32', 'fd00:c1::/32'].map(rangeOf)
    let seen = 0
    for (let count = 0; count < 200_000; count += 1) {
      const { address, url } = generated(random)
      const isListed =
        ranges.some((range) => isWithin(address, range)) && !metadata.some((range) => isWithin(address, range))
      const verdict = verdictOn(address)
      if (verdict === 'either') continue
      if (isListed) seen += 1
      const isOpen = guard.refusalOf(url) === undefined
      expect(isOpen, url).to.equal(verdict === 'open' || isListed)
    }
    expect(seen).to.be.greaterThan(1000)
  })

  it('takes as a private network nothing that reaches beyond one', () => {
    const not = [
      '',
      'intranet',
      '0.0.0.0/0',
      '::/0',
      '10.0.0.0/7',
      '172.16.0.0/11',
      '169.254.0.0/16',
      '127.0.0.1',
      '8.8.8.8',
      'fe80::/10',
      'fc00::/6',
      '10.1/16',
      '010.0.0.1',
      '10.0.0.0/33',
      '10.0.0.0/',
      '10.0.0.0/8/8',
      '::ffff:10.0.0.1',
      '::ffff:10.0.0.0/104',
    ]
    expect(not.filter((text) => privateNetwork(text) !== undefined)).to.deep.equal([])
  })

  it('answers a lookup in each form in which a socket may ask', async () => {
    const guard = guardOf({ resolve: async () => ['1.1.1.1', '10.0.0.1', '2606:4700::1111'] })
    const ask = promisify<string, object, unknown[]>((hostname, options, done) =>
      guard.lookup(hostname, options, (error, ...found) => done(error, found)),
    )
    expect(await ask('a.example', {})).to.deep.equal(['1.1.1.1', 4])
    expect(await ask('a.example', { family: 6 })).to.deep.equal(['2606:4700::1111', 6])
    expect(await ask('a.example', { family: 'IPv4', all: true })).to.deep.equal([[{ address: '1.1.1.1', family: 4 }]])
  })

  it('E40 asks no resolver about localhost', async () => {
    const resolve = async () => ['93.184.216.34']
    for (const name of ['localhost', 'LOCALHOST.', 'a.localhost']) {
      expect(await refusalBy(guardOf({ resolve }), name)).to.equal('RefusedTarget')
      expect(await refusalBy(guardOf({ resolve, loopback: true }), name)).to.deep.equal(['127.0.0.1', '::1'])
    }
  })

  it('E40 keeps posts from the machine’s own public addresses too, unless this machine is open', async () => {
    const own = () => new Set(['93.184.216.34', '2606:2800:220:1:0:0:0:1'])
    const resolve = async () => ['2606:2800:220:1::1']
    const closed = guardOf({ own, resolve })
    expect(closed.refusalOf('http://93.184.216.34/')).to.equal('must not lead to a private or reserved address')
    expect(await refusalBy(closed, 'here.example')).to.equal('RefusedTarget')
    const open = guardOf({ own, resolve, loopback: true })
    expect(open.refusalOf('http://93.184.216.34/')).to.equal(undefined)
    expect(await refusalBy(open, 'here.example')).to.deep.equal(['2606:2800:220:1::1'])
  })

  it('E40 reaches no server on this machine by any spelling of its address', async () => {
    const receiver = await aReceiver()
    const guard = guardOf({ resolve: async () => ['127.0.0.1', '::ffff:127.0.0.1'] })
    const hosts = ['127.0.0.1', '0177.1', '0x7f000001', '[::ffff:7f00:1]', '0', 'localhost', 'rebound.example']
    for (const host of hosts) {
      const { outcome } = await post(guard, `http://${host}:${receiver.port}/`)
      expect(outcome, host).to.equal('refused_target')
    }
    expect(receiver.received).to.deep.equal([])
    expect(receiver.sockets()).to.equal(0)
  })

  it('E40 connects to the very address that was checked, whatever a name answers the next time', async () => {
    const receiver = await aReceiver()
    let asked = 0
    const zone = await aNameServer((name) => {
      expect(name).to.equal('rebinding.example')
      asked += 1
      // Two questions for each connection: A and AAAA.
      return { A: [asked <= 2 ? '127.0.0.1' : '10.255.255.1'], AAAA: [] }
    })
    const guard = guardOf({ loopback: true, resolve: (name) => resolveName(name, zone.resolver()) })
    const url = `http://rebinding.example:${receiver.port}/`
    expect(await post(guard, url)).to.include({ outcome: 'ok' })
    expect(asked).to.equal(2)
    expect(await post(guard, url)).to.include({
      outcome: 'refused_target',
      detail: 'rebinding.example has no address that may be posted to',
    })
    expect(asked).to.equal(4)
    expect(receiver.received.length).to.equal(1)
  })
})

describe('the second opinion on addresses', () => {
  it('agrees with what is known of some', () => {
    const known = { '8.8.8.8': 'open', '10.0.0.1': 'forbidden', '127.0.0.1': 'loopback', '::1': 'loopback' } as const
    const more = { '2606:4700::1111': 'open', '2001:db8::1': 'forbidden', '::ffff:808:808': 'forbidden' } as const
    for (const [address, verdict] of Object.entries({ ...known, ...more })) {
      expect(verdictOn(wordsOf(address)), address).to.equal(verdict)
    }
  })
})
