import { createHash, createHmac } from 'node:crypto'
import { problem } from '@rolecall/contract'
import { deriveKey } from '../derive-key.ts'
import type { Idempotency } from '../log/idempotency.ts'

interface IdempotentRequest {
  readonly key: string | undefined
  readonly principal: { readonly account: string }
  readonly method: string
  /** The path with its parameters filled in, as the client sent it. */
  readonly path: string
  /** As validated, so that its keys are in the schema's order. */
  readonly body: unknown
  /** Of the operation: the part of the answer that is shown once. */
  readonly secret: string | undefined
}

/**
 * What identifies a request that may be repeated. The fingerprint is stored, and bodies hold passwords: it is keyed,
 * so that a copy of the database is no help in guessing them.
 */
export function createIdempotencyReader(secretKey: string): (request: IdempotentRequest) => Idempotency | undefined {
  const fingerprintKey = deriveKey(secretKey, 'idempotency fingerprints')
  return ({ key, principal, method, path, body, secret }) => {
    if (key === undefined) return undefined
    if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
      throw problem('invalid_request', { detail: 'Idempotency-Key must have 1 to 255 visible ASCII characters.' })
    }
    // No part holds a line feed, so that no two requests run together.
    const id = createHash('sha256').update([principal.account, method, path, key].join('\n')).digest('hex')
    const fingerprint = createHmac('sha256', fingerprintKey)
      .update([method, path, JSON.stringify(body ?? null)].join('\n'))
      .digest('hex')
    return { id, fingerprint, secret }
  }
}
