/**
 * Rolecall’s access tokens, verified here by the server’s published keys (RFC 7515 and 7519, ES256). Whether the
 * session has ended since is not known here: a token tells of it within its ten minutes.
 */

export interface AccessTokens {
  /** The account that a token is for; undefined for whatever is not a token of the server’s that is valid now. */
  accountOf(token: string): Promise<string | undefined>
}

interface Keys {
  readonly byId: ReadonlyMap<string, CryptoKey>
  readonly readAt: number
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const maxLength = 4096
/** Clocks that differ by less are taken to agree. */
const leewaySeconds = 5
/** A key that was withdrawn serves as long as this at most. */
const rereadAfterMs = 5 * 60_000
/** Tokens that name unknown keys make the keys be read again, but not each of them. */
const unknownAgainAfterMs = 10_000
const timeoutMs = 5_000

/** The server’s keys cannot be read, and none are known from before. */
export class KeysUnknown extends Error {
  constructor(baseUrl: string, cause: unknown) {
    super(`the keys of ${baseUrl} are not known`, { cause })
    this.name = 'KeysUnknown'
  }
}

/** Throws, where it is asked, `KeysUnknown`. */
export function createAccessTokens(baseUrl: string): AccessTokens {
  let keys: Keys = { byId: new Map(), readAt: Number.NEGATIVE_INFINITY }
  let reading: Promise<void> | undefined
  let triedAt = Number.NEGATIVE_INFINITY

  async function read(): Promise<void> {
    triedAt = performance.now()
    const response = await fetch(`${baseUrl}/.well-known/jwks.json`, { signal: AbortSignal.timeout(timeoutMs) })
    if (!response.ok) throw new Error(`the keys of ${baseUrl} were answered with status ${response.status}`)
    const { keys: found } = (await response.json()) as { keys: readonly (JsonWebKey & { kid?: string })[] }
    const imported = await Promise.all(
      found
        .filter(({ kty, crv, kid }) => kty === 'EC' && crv === 'P-256' && kid !== undefined)
        .map(async ({ kty, crv, x, y, kid = '' }) => {
          const jwk = { kty, crv, x, y } as JsonWebKey
          return [kid, await crypto.subtle.importKey('jwk', jwk, algorithm, false, ['verify'])] as const
        }),
    )
    keys = { byId: new Map(imported), readAt: triedAt }
  }

  const readOnce = () => {
    reading ??= read().finally(() => {
      reading = undefined
    })
    return reading
  }

  async function keyOf(id: string): Promise<CryptoKey | undefined> {
    const at = performance.now()
    const isOld = at - keys.readAt > rereadAfterMs
    const isUnknown = !keys.byId.has(id)
    let failure: unknown
    if ((isOld || isUnknown) && (reading !== undefined || at - triedAt > unknownAgainAfterMs)) {
      await readOnce().catch((error: unknown) => {
        failure = error
      })
    }
    // What is known still tells who somebody is; what they may do, the guard denies by itself when out of touch.
    if (keys.byId.size === 0) throw new KeysUnknown(baseUrl, failure)
    return keys.byId.get(id)
  }

  return {
    async accountOf(token) {
      const [head = '', body = '', signature = '', ...rest] = token.length > maxLength ? [] : token.split('.')
      const header = parsed(head)
      const { sub, aud, exp } = parsed(body)
      if (rest.length > 0 || header.alg !== 'ES256' || header.typ !== 'at+jwt' || 'crit' in header) return undefined
      if (typeof header.kid !== 'string' || aud !== 'rolecall') return undefined
      if (typeof sub !== 'string' || !sub.startsWith('acc_') || typeof exp !== 'number') return undefined
      if (exp + leewaySeconds < Date.now() / 1_000) return undefined
      const key = await keyOf(header.kid)
      const signed = bytesOf(signature)
      if (key === undefined || signed === undefined) return undefined
      const isSigned = await crypto.subtle.verify(algorithm, key, signed, new TextEncoder().encode(`${head}.${body}`))
      return isSigned ? sub : undefined
    },
  }
}

function parsed(part: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytesOf(part)))
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    // Not JSON: nothing in it is what it should be.
    return {}
  }
}

function bytesOf(base64url: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[\w-]*$/.test(base64url) || base64url.length % 4 === 1) return undefined
  const text = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}
