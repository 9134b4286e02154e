/** Signatures as Standard Webhooks has them: https://github.com/standard-webhooks/standard-webhooks */
import { createHmac, randomBytes } from 'node:crypto'
import { deriveKey } from '../derive-key.ts'
import { seal, unseal } from '../sessions/sealing.ts'

const prefix = 'whsec_'

/** `whsec_` and 32 random bytes in base64; the specification wants 24 to 64. */
export function newSecret(): string {
  return `${prefix}${randomBytes(32).toString('base64')}`
}

export interface SignedMessage {
  /** The event’s id: the same at each attempt. */
  readonly id: string
  /** Exactly what is posted. */
  readonly body: string
  /** When this attempt is made. */
  readonly at: Date
  /** All that are live, the newest first: each signs, so that a receiver may change from one to the next at its leisure. */
  readonly secrets: readonly string[]
}

export type SignatureHeaders = Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>

export function signatureHeaders({ id, body, at, secrets }: SignedMessage): SignatureHeaders {
  const timestamp = String(Math.floor(at.getTime() / 1000))
  const signatures = secrets.map((secret) => `v1,${sign(secret, `${id}.${timestamp}.${body}`)}`)
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}

function sign(secret: string, content: string): string {
  const key = Buffer.from(secret.slice(prefix.length), 'base64')
  return createHmac('sha256', key).update(content).digest('base64')
}

export interface SealedSecrets {
  /** As it is stored; bound to the webhook, so that it opens as that of no other. */
  seal(webhook: string, secret: string): string
  /** Throws where it was not sealed for this webhook under this SECRET_KEY. */
  open(webhook: string, sealed: string): string
  /** Whether it was. */
  opens(webhook: string, sealed: string): boolean
}

export function createSealedSecrets(secretKey: string): SealedSecrets {
  const key = deriveKey(secretKey, 'webhook-secrets')
  const open = (webhook: string, sealed: string) => unseal(key, webhook, sealed)
  return {
    seal: (webhook, secret) => seal(key, webhook, secret),
    open,
    opens(webhook, sealed) {
      try {
        open(webhook, sealed)
        return true
      } catch {
        return false
      }
    },
  }
}
