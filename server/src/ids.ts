import { monotonicFactory } from 'ulid'

export type IdPrefix = 'acc' | 'org' | 'mem' | 'evt' | 'ses' | 'key' | 'mal'

const next = monotonicFactory()

/** A new opaque id: prefixed and time-ordered (ULID), in lower case. */
export function newId(prefix: IdPrefix): string {
  return `${prefix}_${next().toLowerCase()}`
}
