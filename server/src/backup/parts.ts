/**
 * What an installation consists of, as a sequence that is read once and in order: from a database and the folder of
 * repositories, or from a backup. Nothing of it is held in memory but what is under way.
 */
import { createHash } from 'node:crypto'
import type { Ref } from '../repositories/documents.ts'

export interface IndexShape {
  readonly name: string
  readonly key: Readonly<Record<string, unknown>>
  readonly unique?: boolean
  readonly sparse?: boolean
  readonly partialFilterExpression?: object
}

export interface CollectionShape {
  readonly name: string
  /** But the one of `_id`. */
  readonly indexes: readonly IndexShape[]
}

export interface RepositoryShape {
  readonly application: string
  readonly defaultBranch: string
  readonly refs: readonly Ref[]
}

/** A collection and its documents in BSON, in order of `_id`. */
export interface CollectionPart {
  readonly kind: 'collection'
  readonly shape: CollectionShape
  readonly pieces: AsyncIterable<Uint8Array>
}

/** A repository and all that can be reached from its branches and tags, as a pack in pieces; none without any. */
export interface RepositoryPart {
  readonly kind: 'repository'
  readonly shape: RepositoryShape
  readonly pieces: AsyncIterable<Uint8Array>
}

export type Part = CollectionPart | RepositoryPart

/** What a part came to: how many documents or pieces, how many bytes, and the SHA-256 of them all in order. */
export interface Sum {
  readonly pieces: number
  readonly bytes: number
  readonly sha256: string
}

export interface Summing {
  add(piece: Uint8Array): void
  sum(): Sum
}

export function createSumming(): Summing {
  const hash = createHash('sha256')
  let pieces = 0
  let bytes = 0
  return {
    add(piece) {
      hash.update(piece)
      pieces += 1
      bytes += piece.length
    },
    sum: () => ({ pieces, bytes, sha256: hash.digest('hex') }),
  }
}

/** Passes pieces on and sums them up. */
export async function* summed(pieces: AsyncIterable<Uint8Array>, summing: Summing): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    summing.add(piece)
    yield piece
  }
}

export async function sumOf(pieces: AsyncIterable<Uint8Array>): Promise<Sum> {
  const summing = createSumming()
  for await (const piece of pieces) summing.add(piece)
  return summing.sum()
}

/** How a part is called in what compares parts, and in what people read. */
export const nameOf = ({ kind, shape }: Part): string =>
  kind === 'collection' ? shape.name : `repository ${shape.application}`

export function isSameSum(one: Sum, other: Sum): boolean {
  // A pack may come in pieces of another size; documents are themselves the pieces.
  return one.bytes === other.bytes && one.sha256 === other.sha256
}
