import { createHash, randomBytes } from 'node:crypto'

export interface InvitationToken {
  /** Goes into the mail, and nowhere else. */
  readonly token: string
  readonly tokenHash: string
}

export function newToken(): InvitationToken {
  const token = `rit_${randomBytes(32).toString('base64url')}`
  return { token, tokenHash: hashOf(token) }
}

/** What is stored of a token. It is random enough that a plain hash tells nothing of it. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}
