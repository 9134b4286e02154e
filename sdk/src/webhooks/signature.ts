const prefix = 'whsec_'

/**
 * The key of a secret, with or without its prefix, for HMAC-SHA256.
 * @throws TypeError when it is none: base64 of 24 to 64 bytes
 */
export async function keyOf(secret: string): Promise<CryptoKey> {
  const bytes =
    typeof secret === 'string' ? decode(secret.startsWith(prefix) ? secret.slice(prefix.length) : secret) : undefined
  if (bytes === undefined || bytes.length < 24 || bytes.length > 64) {
    throw new TypeError(`A webhook secret is ${prefix} and 24 to 64 bytes in base64, as Rolecall shows it`)
  }
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify'])
}

/** Rolecall sends no more; of more somebody would have us compute as many. */
const mostSignatures = 4
/** Of HMAC-SHA256. */
const signatureBytes = 32

/** The signatures of version 1 in a header; those of other versions are passed over. */
export function signaturesOf(header: string): readonly Uint8Array<ArrayBuffer>[] {
  return header
    .split(' ')
    .filter((one) => one.startsWith('v1,'))
    .flatMap((one) => decode(one.slice('v1,'.length)) ?? [])
    .filter(({ length }) => length === signatureBytes)
    .slice(0, mostSignatures)
}

function decode(base64: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  } catch {
    // Of a length that no bytes have.
    return undefined
  }
}
