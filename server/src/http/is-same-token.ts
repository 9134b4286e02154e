import { createHash, timingSafeEqual } from 'node:crypto'

/** Whether a token is the one of a setting, in a time that tells nothing of where they differ. */
export function isSameToken(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(one), digest(other))
}
