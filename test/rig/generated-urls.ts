/** URLs and addresses to try the guard with: many, of every spelling, the same in each run. */
import { ranges, type Words } from './special-addresses.ts'

export interface Generated {
  readonly address: Words
  /** As a resolver would answer it. */
  readonly text: string
  readonly url: string
}

/** xorshift32: seeded, and quick. */
export function randomFrom(seed: number) {
  let state = seed | 1
  const word = () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
  const below = (bound: number) => word() % bound
  const pick = <Item>(items: readonly Item[]): Item => items[below(items.length)] as Item
  return { word, below, pick }
}
export type Random = ReturnType<typeof randomFrom>

export function generated(random: Random): Generated {
  const isIpv4 = random.below(2) === 0
  const address = random.below(4) === 0 ? anywhere(random, isIpv4 ? 1 : 4) : nearSpecial(random, isIpv4)
  const text = isIpv4 ? dotted(address[0] ?? 0) : grouped(address)
  const host = isIpv4 ? spelt4(random, address[0] ?? 0) : `[${spelt6(random, address)}]`
  return { address, text, url: `${random.pick(before)}${host}${random.pick(behind)}` }
}

const before = ['http://', 'https://', 'HTTP://', 'http:\\\\', 'https:/', 'http:']
const behind = ['', '/', ':80', ':8443/hooks', '/a?b=c', '#x', '/@example.com', '?http://example.com']

const anywhere = (random: Random, words: number): Words => Array.from({ length: words }, random.word)

/** In a special range, or just outside of it; of IPv6 half of them with an IPv4 address in it that is special itself. */
function nearSpecial(random: Random, isIpv4: boolean): Words {
  const { base, length } = random.pick(ranges[isIpv4 ? 4 : 6])
  const inside = base.map((word, index) => {
    const bits = Math.min(Math.max(length - index * 32, 0), 32)
    return bits === 32 ? word : (word | (random.word() >>> bits)) >>> 0
  })
  switch (random.below(4)) {
    case 0:
      return base
    case 1: {
      const last = inside.length - 1
      return inside.map((word, index) => (index === last ? (word + random.pick([1, -1])) >>> 0 : word))
    }
    case 2:
      return isIpv4 ? flipped(random, inside, length) : embedding(random, base)
    default:
      return inside
  }
}

/** The neighbouring range of the same size. */
function flipped(random: Random, address: Words, length: number): Words {
  const bit = Math.max(length - 1 - random.below(2), 0)
  return address.map((word, index) => (index === bit >>> 5 ? (word ^ (1 << (31 - (bit & 31)))) >>> 0 : word))
}

function embedding(random: Random, base: Words): Words {
  const [inner = 0] = nearSpecial(random, true)
  const [first = 0, second = 0, third = 0] = base
  return random.pick([
    [first, second, third, inner],
    // 6to4 and Teredo, which stores the address inverted.
    [0x20020000 | (inner >>> 16), (inner << 16) >>> 0, random.word(), random.word()],
    [0x20010000, random.word(), random.word(), ~inner >>> 0],
  ])
}

const dotted = (word: number): string => [24, 16, 8, 0].map((shift) => (word >>> shift) & 255).join('.')

const groupsOf = (address: Words): number[] => address.flatMap((word) => [word >>> 16, word & 0xffff])

/** Shortened as RFC 5952 has it. */
function grouped(address: Words): string {
  const text = groupsOf(address)
    .map((group) => group.toString(16))
    .join(':')
  const runs = text.match(/\b0(:0)+\b/g) ?? []
  const longest = runs.sort((one, other) => other.length - one.length)[0]
  if (longest === undefined) return text
  return text.replace(new RegExp(`(^|:)${longest}($|:)`), '::')
}

function spelt4(random: Random, word: number): string {
  const number = (value: number) =>
    random.pick([
      String(value),
      `0x${value.toString(16)}`,
      `0X${value.toString(16).toUpperCase()}`,
      `0${value.toString(8)}`,
    ])
  const bytes = [24, 16, 8, 0].map((shift) => (word >>> shift) & 255)
  const kept = random.below(4)
  const last = kept === 0 ? word : kept === 3 ? word & 255 : word & (2 ** (32 - 8 * kept) - 1)
  const text = [...bytes.slice(0, kept).map(number), number(last >>> 0)].join('.')
  return disguised(random, random.below(3) === 0 ? dotted(word) : text)
}

/** As a browser would still read it. */
function disguised(random: Random, text: string): string {
  switch (random.below(5)) {
    case 0:
      return `${text}.`
    case 1:
      return [...text].map((one) => `%${(one.codePointAt(0) ?? 0).toString(16)}`).join('')
    case 2:
      // Full-width forms, and the ideographic full stop.
      return [...text]
        .map((one) => (one === '.' ? '。' : String.fromCodePoint((one.codePointAt(0) ?? 0) + 0xfee0)))
        .join('')
    default:
      return text
  }
}

function spelt6(random: Random, address: Words): string {
  const groups = groupsOf(address)
  switch (random.below(4)) {
    case 0:
      return groups.map((group) => group.toString(16).padStart(4, '0')).join(':')
    case 1:
      return grouped(address).toUpperCase()
    case 2:
      return `${groups
        .slice(0, 6)
        .map((group) => group.toString(16))
        .join(':')}:${dotted(address[3] ?? 0)}`
    default:
      return grouped(address)
  }
}
