import { monotonicFactory } from 'ulid'

export type IdPrefix =
  | 'acc'
  | 'org'
  | 'mem'
  | 'evt'
  | 'ses'
  | 'key'
  | 'rol'
  | 'inv'
  | 'mal'
  | 'whk'
  | 'dlv'
  | 'app'
  | 'tok'
  | 'psh'
  | 'ivc'

const next = monotonicFactory()

/** A new opaque id: prefixed and time-ordered (ULID), in lower case. */
export function newId<Prefix extends IdPrefix>(prefix: Prefix): `${Prefix}_${string}` {
  return `${prefix}_${next().toLowerCase()}`
}
