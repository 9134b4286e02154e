/** Tokens in the links of mails: used once, known to nobody but the mail, of which a hash is kept. */
import { createHash, randomBytes } from 'node:crypto'

/** Of an invitation, the verification of an address, a password reset, a change of address. */
type Prefix = 'rit' | 'rvt' | 'rpt' | 'rct'

export interface MailedToken {
  /** Goes into the mail, and nowhere else. */
  readonly token: string
  readonly tokenHash: string
}

export function newToken(prefix: Prefix): MailedToken {
  const token = `${prefix}_${randomBytes(32).toString('base64url')}`
  return { token, tokenHash: hashOf(token) }
}

/** What is stored of a token. It is random enough that a plain hash tells nothing of it. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}
