/**
 * What secrets look like: a prefix by which they are found where they were left lying about, 30 characters of 62, which
 * are 178 random bits, and a checksum, as GitHub’s tokens have it, so that what cannot be one costs no look-up.
 */
import { createHash, randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'

const prefix = 'rck_'
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const randomLength = 30
const checksumLength = 6
const endingLength = 4
const pattern = /^rck_([0-9A-Za-z]{30})([0-9A-Za-z]{6})$/

export function newSecret(): string {
  const random = Array.from({ length: randomLength }, () => digits.charAt(randomInt(digits.length))).join('')
  return `${prefix}${random}${checksumOf(random)}`
}

/** Whether somebody means it to be one: then it is judged as one, and as nothing else. */
export function isMeant(token: string): boolean {
  return token.startsWith(prefix)
}

export function isWellFormed(token: string): boolean {
  const [, random = '', checksum] = pattern.exec(token) ?? []
  return checksum === checksumOf(random)
}

/** What is stored of a secret. It is random enough that a plain hash tells nothing of it. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}

/** By which people tell secrets apart. */
export const endingOf = (secret: string): string => secret.slice(-endingLength)
export const hintOf = (ending: string): string => `${prefix}…${ending}`

/** CRC-32 of what stands before it, in base 62. */
function checksumOf(random: string): string {
  let rest = crc32(`${prefix}${random}`)
  let text = ''
  while (text.length < checksumLength) {
    text = digits.charAt(rest % digits.length) + text
    rest = Math.floor(rest / digits.length)
  }
  return text
}
