import type { Keys } from '../sessions/keys.ts'
import type { Job } from './jobs.ts'

/** Also how a node learns of the key that another has made, long before that one signs. */
export function rotateKeys(keys: Pick<Keys, 'rotate'>): Job {
  return { name: 'rotate signing keys', everyMs: 10 * 60 * 1_000, run: keys.rotate }
}
