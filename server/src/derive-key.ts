import { hkdfSync } from 'node:crypto'

/** A key of 32 bytes for one purpose from SECRET_KEY, so that no two purposes share one. */
export function deriveKey(secretKey: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secretKey, 'rolecall', purpose, 32))
}
