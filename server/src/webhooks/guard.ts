/**
 * Keeps posts out of the network that the server is in (E40). A literal address is judged in the URL, a name by what
 * it resolves to at the moment of connecting: only what was checked is connected to, so that a name which answers
 * otherwise the next time (DNS rebinding) gains nothing.
 */
import { isIP, type LookupFunction } from 'node:net'
import { canonical, isIn, kindOf, type Network, ownAddresses } from './addresses.ts'
import { resolveName } from './resolve-name.ts'

export interface Guard {
  /** Why nothing may be posted to this URL, or undefined; asks no DNS. */
  refusalOf(url: string): string | undefined
  /**
   * `lookup` for the connection: answers only addresses that may be connected to, and fails with {@link RefusedTarget}
   * where there are none. A socket does not ask it about literal addresses: those are `refusalOf`’s.
   */
  readonly lookup: LookupFunction
}

/** The message names no address: what names resolve to inside the network is nobody’s business outside. */
export class RefusedTarget extends Error {
  constructor(hostname: string) {
    super(`${hostname} has no address that may be posted to`)
    this.name = 'RefusedTarget'
  }
}

export interface GuardOptions {
  /** Whether this machine may be posted to: 127.0.0.0/8, ::1, names that lead there, and its own public addresses. */
  readonly loopback: boolean
  /** Of private networks, what may be posted to; the server's own addresses there may not. */
  readonly networks?: readonly Network[]
  /** All addresses of a name; rejects where there are none. */
  readonly resolve?: (hostname: string) => Promise<readonly string[]>
  readonly own?: () => ReadonlySet<string>
}

const ownKeptMs = 10_000

export function createGuard({
  loopback,
  networks = [],
  resolve = resolveName,
  own = ownAddresses,
}: GuardOptions): Guard {
  let known: { readonly addresses: ReadonlySet<string>; readonly at: number } | undefined
  function isOwn(address: string): boolean {
    if (known === undefined || performance.now() - known.at > ownKeptMs) {
      known = { addresses: own(), at: performance.now() }
    }
    return known.addresses.has(canonical(address))
  }

  function isOpen(address: string): boolean {
    const kind = kindOf(address)
    if (kind === 'loopback') return loopback
    const isOutside = kind === 'public' || (kind === 'private' && isIn(address, networks))
    return isOutside && (loopback || !isOwn(address))
  }

  async function openAddresses(hostname: string): Promise<readonly string[]> {
    if (isLocalhost(hostname) && !loopback) throw new RefusedTarget(hostname)
    // RFC 6761: what the resolver says of it is not asked.
    const all = isLocalhost(hostname) ? ['127.0.0.1', '::1'] : await resolve(hostname)
    const open = all.filter(isOpen)
    if (open.length === 0) throw new RefusedTarget(hostname)
    return open
  }

  return {
    refusalOf(url) {
      // The URL parser would drop some of them, so that what is shown is not what is used.
      if (/[\p{C}\p{Z}]/u.test(url)) return 'must not contain spaces or control characters'
      if (!URL.canParse(url)) return 'is not a URL'
      const { protocol, username, password, hostname } = new URL(url)
      if (protocol !== 'http:' && protocol !== 'https:') return 'must begin with https:// or http://'
      if (username !== '' || password !== '') return 'must not hold a user name or password'
      if (isLocalhost(hostname) && !loopback) return 'must not lead to the machine that the server runs on'
      const address = hostname.replace(/^\[|\]$/g, '')
      if (isIP(address) !== 0 && !isOpen(address)) return 'must not lead to a private or reserved address'
      return undefined
    },
    lookup(hostname, { all, family }, callback) {
      const wanted = family === 'IPv4' ? 4 : family === 'IPv6' ? 6 : family
      const answer = (open: readonly string[]) => {
        const found = open
          .map((address) => ({ address, family: isIP(address) }))
          .filter((one) => wanted === undefined || wanted === 0 || one.family === wanted)
        const [first] = found
        if (first === undefined) callback(new RefusedTarget(hostname), [])
        else if (all === true) callback(null, found)
        else callback(null, first.address, first.family)
      }
      openAddresses(hostname).then(answer, (error: Error) => callback(error, []))
    },
  }
}

/** `localhost` and what is below it, with and without a dot at the end. */
function isLocalhost(hostname: string): boolean {
  return /(^|\.)localhost\.*$/i.test(hostname)
}
