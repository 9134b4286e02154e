/**
 * The special-purpose address registries of IANA, written out, and matched by arithmetic of its own: a second opinion
 * on which addresses a webhook may not be posted to.
 * https://www.iana.org/assignments/iana-ipv4-special-registry, https://www.iana.org/assignments/iana-ipv6-special-registry
 */

/** An address as 32-bit words: one of IPv4, four of IPv6. */
export type Words = readonly number[]

/** Nothing may be posted there. */
const forbidden4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  // Not in that registry: multicast, and the wire server of Azure.
  '224.0.0.0/4',
  '168.63.129.16/32',
  '240.0.0.0/4',
  '255.255.255.255/32',
]

const forbidden6 = [
  '::/128',
  '::1/128',
  // IPv4-compatible, deprecated by RFC 4291.
  '::/96',
  '::ffff:0:0/96',
  '::ffff:0:0:0/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '100:0:0:1::/64',
  '2001::/32',
  '2001:2::/48',
  '2001:10::/28',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
  // What was never handed out: all but 2000::/3.
  '::/3',
  '4000::/2',
  '8000::/1',
]

/** Reachable by the registry, but nothing of anybody’s is there that could receive: both answers are right. */
const either4 = ['192.31.196.0/24', '192.52.193.0/24', '192.175.48.0/24']
const either6 = ['2001::/23', '2620:4f:8000::/48']

interface Range {
  readonly base: Words
  readonly length: number
}

export const ranges: { readonly 4: readonly Range[]; readonly 6: readonly Range[] } = {
  4: forbidden4.map(rangeOf),
  6: forbidden6.map(rangeOf),
}
const either = [...either4, ...either6].map(rangeOf)
const loopback = ['127.0.0.0/8', '::1/128'].map(rangeOf)

/** What the guard must say of an address. */
export function verdictOn(address: Words): 'forbidden' | 'open' | 'loopback' | 'either' {
  if (loopback.some((range) => isWithin(address, range))) return 'loopback'
  if (ranges[address.length === 1 ? 4 : 6].some((range) => isWithin(address, range))) return 'forbidden'
  return either.some((range) => isWithin(address, range)) ? 'either' : 'open'
}

export function isWithin(address: Words, { base, length }: Range): boolean {
  if (address.length !== base.length) return false
  return base.every((word, index) => {
    const bits = Math.min(Math.max(length - index * 32, 0), 32)
    // A shift by 32 is one by none.
    return bits === 0 || word >>> (32 - bits) === (address[index] ?? 0) >>> (32 - bits)
  })
}

export function rangeOf(text: string): Range {
  const [address = '', length = ''] = text.split('/')
  return { base: wordsOf(address), length: Number(length) }
}

/** Of an address in its usual spelling: four decimals, or groups with at most one `::`. */
export function wordsOf(address: string): Words {
  if (!address.includes(':')) return [address.split('.').reduce((word, byte) => word * 256 + Number(byte), 0)]
  const [head = '', tail] = address.split('::')
  const groups = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)))
  const [before, after] = [groups(head), groups(tail ?? '')]
  const all = [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after]
  return [0, 2, 4, 6].map((at) => (all[at] ?? 0) * 65536 + (all[at + 1] ?? 0))
}
