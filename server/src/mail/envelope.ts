import { deriveKey } from '../derive-key.ts'
import { seal, unseal } from '../sessions/sealing.ts'

/** What is sealed of a mail: whom it goes to and what its letter is made of. */
export interface Content {
  readonly to: string
  readonly data: unknown
}

export interface Envelopes {
  seal(id: string, content: Content): string
  /** Throws where it was sealed under another key or for another mail. */
  open(id: string, sealed: string): Content
}

/** A copy of the database shows neither who is written to nor the tokens in what is written. */
export function createEnvelopes(secretKey: string): Envelopes {
  const key = deriveKey(secretKey, 'mails')
  return {
    seal: (id, { to, data }) => seal(key, id, JSON.stringify({ to, data })),
    open: (id, sealed) => JSON.parse(unseal(key, id, sealed)),
  }
}
