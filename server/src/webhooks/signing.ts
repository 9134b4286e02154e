import { randomBytes } from 'node:crypto'
import { deriveKey } from '../derive-key.ts'
import { seal, unseal } from '../sessions/sealing.ts'

export interface SealedSecrets {
  seal(webhook: string, secret: string): string
  open(webhook: string, sealed: string): string
}

export const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`

export function createSealedSecrets(secretKey: string): SealedSecrets {
  const key = deriveKey(secretKey, 'webhook secrets')
  return {
    seal: (webhook, secret) => seal(key, webhook, secret),
    open: (webhook, sealed) => unseal(key, webhook, sealed),
  }
}
