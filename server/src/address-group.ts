import { isIP } from 'node:net'

/**
 * Whose an address is, as far as one can tell: itself for IPv4, its /64 for IPv6, of which every household and every
 * rented machine has at least one and could else appear as 2⁶⁴ clients.
 */
export function addressGroup(address: string): string {
  const [withoutZone = ''] = address.split('%', 1)
  if (isIP(withoutZone) !== 6) return withoutZone.slice(0, 64)
  const groups = groupsOf(withoutZone)
  const mapped = mappedIpv4(groups)
  return mapped ?? `${groups.slice(0, 4).join(':')}::/64`
}

/** The eight groups in one spelling; the URL parser knows all the others. */
function groupsOf(address: string): string[] {
  const { hostname } = new URL(`http://[${address}]`)
  const [start = '', end] = hostname.slice(1, -1).split('::')
  const [before, after] = [start, end ?? ''].map((part) => (part === '' ? [] : part.split(':')))
  if (before === undefined || after === undefined || end === undefined) return before ?? []
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => '0'), ...after]
}

/** `::ffff:192.0.2.1`, as a socket that takes both families shows an IPv4 client. */
function mappedIpv4(groups: readonly string[]): string | undefined {
  if (groups.slice(0, 6).join(':') !== '0:0:0:0:0:ffff') return undefined
  return groups
    .slice(6)
    .flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255])
    .join('.')
}

export function isLoopback(address: string): boolean {
  return /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/.test(address)
}
