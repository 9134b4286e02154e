import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import ipaddr from 'ipaddr.js'

/** `special`: private, reserved, or a way to an IPv4 address round what is known of that. */
export type AddressKind = 'public' | 'loopback' | 'special'

/** Where clouds answer machines about themselves at an address that looks like anybody’s: Azure’s wire server. */
const metadata: ReadonlySet<string> = new Set(['168.63.129.16'])

/** An address as the URL parser, the resolver or the system writes it. What is none is `special`. */
export function kindOf(address: string): AddressKind {
  if (isIP(address) === 0) return 'special'
  const parsed = ipaddr.parse(address)
  const range = parsed.range()
  if (range === 'loopback') return 'loopback'
  if (range !== 'unicast' || metadata.has(address)) return 'special'
  // Of IPv6 only 2000::/3 is handed out. What lies outside it and is not listed yet (RFC 4291’s IPv4-compatible
  // addresses among it) leads nowhere that a receiver could be.
  if (parsed instanceof ipaddr.IPv6 && ((parsed.parts[0] ?? 0) & 0xe000) !== 0x2000) return 'special'
  return 'public'
}

/** One spelling, to compare by. */
export const canonical = (address: string): string => ipaddr.parse(address).toNormalizedString()

/** The addresses of this machine. What a firewall keeps from others it does not keep from the machine itself. */
export function ownAddresses(): ReadonlySet<string> {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return new Set(all.map(({ address }) => canonical(address)))
}
