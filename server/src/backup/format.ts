/**
 * A backup is one file: a line that says what it is, records of BSON that are compressed by gzip, and a line with the
 * SHA-256 of all before it, without which it is not whole. Collections come first, each a record of its shape, its
 * documents and an empty record; then repositories likewise, their packs in pieces; and at the end what each came to.
 */
import type { Sum } from './parts.ts'

/** What is made so is read by this version and later ones. */
export const formatVersion = 1

export const firstLine = (version: number = formatVersion): string => `Rolecall backup, format ${version}\n`
export const firstLinePattern = /^Rolecall backup, format (\d{1,6})\n/
export const maxFirstLineBytes = 64

export const lastLine = (sha256: string): string => `\nsha256 ${sha256}\n`
export const lastLinePattern = /^\nsha256 ([0-9a-f]{64})\n$/
export const lastLineBytes = lastLine('0'.repeat(64)).length

/** No document is empty: each has an `_id`. */
export const endRecord: Uint8Array = Uint8Array.of(5, 0, 0, 0, 0)

/** MongoDB's largest document, and room for what a server adds of its own. */
export const maxRecordBytes = 17 * 1024 * 1024

export interface Manifest {
  readonly createdAt: Date
  /** Where it was made of, for people. */
  readonly location: string
  readonly collections: readonly (Sum & { readonly name: string })[]
  /** Absent where it was made without them. */
  readonly repositories?: readonly (Sum & { readonly application: string })[]
  /** Of repositories, what was deleted or replaced before it was packed, for people. */
  readonly leftOut?: readonly string[]
  /** Tells whether a SECRET_KEY is the one that sealed what is inside. */
  readonly keyCheck: string
  /** What `secret.key` held, unless the key was given by SECRET_KEY. */
  readonly secretKey?: string
}
