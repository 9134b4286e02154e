/**
 * What tokens look like: a prefix by which they are found where they were left lying about, 192 random bits, and a
 * checksum, so that what cannot be one costs no look-up.
 */
import { createHash, randomBytes } from 'node:crypto'

const prefix = 'rat_'
const pattern = /^rat_([0-9a-f]{48})([0-9a-f]{8})$/

export function newSecret(): string {
  const random = randomBytes(24).toString('hex')
  return `${prefix}${random}${checksumOf(random)}`
}

export function isWellFormed(token: string): boolean {
  const [, random = '', checksum] = pattern.exec(token) ?? []
  return checksum === checksumOf(random)
}

/** What is stored of a token. It is random enough that a plain hash tells nothing of it. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}

function checksumOf(random: string): string {
  return createHash('sha256').update(`${prefix}${random}`).digest('hex').slice(0, 8)
}
