import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import ipaddr from 'ipaddr.js'

/** A network as ipaddr.js matches it: an address in it, and how many of its first bits count. */
export type Network = [address: ipaddr.IPv4 | ipaddr.IPv6, length: number]

/** `special`: reserved, of a machine's surroundings, or a way to an IPv4 address round what is known of that. */
export type AddressKind = 'public' | 'loopback' | 'private' | 'special'

/**
 * Where clouds answer machines about themselves, and hand out keys, at an address that looks like anybody’s or like one
 * of a private network: Azure’s wire server, and Alibaba, AWS, Google, Oracle. Those of others are link-local.
 */
const metadata = ['168.63.129.16/32', '100.100.100.200/32', 'fd00:ec2::/32', 'fd20:ce::/32', 'fd00:c1::/32'].map(
  ipaddr.parseCIDR,
)

/** What anybody may use in a network of their own: RFC 1918, RFC 6598, RFC 4193. */
const privateNetworks = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'].map(
  ipaddr.parseCIDR,
)

/** An address as the URL parser, the resolver or the system writes it. What is none is `special`. */
export function kindOf(address: string): AddressKind {
  if (isIP(address) === 0) return 'special'
  const parsed = ipaddr.parse(address)
  const range = parsed.range()
  if (range === 'loopback') return 'loopback'
  if (isWithin(parsed, metadata)) return 'special'
  if (isWithin(parsed, privateNetworks)) return 'private'
  if (range !== 'unicast') return 'special'
  // Of IPv6 only 2000::/3 is handed out. What lies outside it and is not listed yet (RFC 4291’s IPv4-compatible
  // addresses among it) leads nowhere that a receiver could be.
  if (parsed instanceof ipaddr.IPv6 && ((parsed.parts[0] ?? 0) & 0xe000) !== 0x2000) return 'special'
  return 'public'
}

/** An address, or a network as 10.1.0.0/16, all of which is private: undefined for anything else. */
export function privateNetwork(text: string): Network | undefined {
  const family = isIP(text.split('/', 1)[0] ?? '')
  const inFull = text.includes('/') ? text : `${text}/${family === 4 ? 32 : 128}`
  if (family === 0 || !ipaddr.isValidCIDR(inFull)) return undefined
  const network = ipaddr.parseCIDR(inFull)
  const isPrivate = privateNetworks.some((one) => isWithin(network[0], [one]) && network[1] >= one[1])
  return isPrivate ? network : undefined
}

/** Whether one of these networks holds the address. */
export const isIn = (address: string, networks: readonly Network[]): boolean =>
  isWithin(ipaddr.parse(address), networks)

function isWithin(address: ipaddr.IPv4 | ipaddr.IPv6, networks: readonly Network[]): boolean {
  return networks.some((network) => address.kind() === network[0].kind() && address.match(network))
}

/** One spelling, to compare by. */
export const canonical = (address: string): string => ipaddr.parse(address).toNormalizedString()

/** The addresses of this machine. What a firewall keeps from others it does not keep from the machine itself. */
export function ownAddresses(): ReadonlySet<string> {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return new Set(all.map(({ address }) => canonical(address)))
}
