/**
 * Where a page of a list ended, as a text that a client hands back. Signed and bound to its list, so that one that was
 * made up, altered or taken from another list is refused and not read as a position.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { problem } from '@rolecall/contract'
import { deriveKey } from './derive-key.ts'

export interface ListCursors {
  /** `list` names operation and owner; `position` is what the list is sorted by. */
  write(list: string, position: string): string
  /** The position, undefined without a cursor. Throws `invalid_cursor` for one that is not of this list. */
  read(list: string, cursor: string | undefined): string | undefined
}

const signatureLength = 16

export function createListCursors(secretKey: string): ListCursors {
  const key = deriveKey(secretKey, 'list cursors')
  const sign = (list: string, position: Uint8Array) =>
    createHmac('sha256', key).update(`${list}\n`).update(position).digest().subarray(0, signatureLength)

  return {
    write(list, position) {
      const bytes = Buffer.from(position)
      return Buffer.concat([sign(list, bytes), bytes]).toString('base64url')
    },
    read(list, cursor) {
      if (cursor === undefined) return undefined
      const bytes = Buffer.from(cursor, 'base64url')
      const signature = bytes.subarray(0, signatureLength)
      const position = bytes.subarray(signatureLength)
      // Base64 has several spellings of the same bytes; one is ours.
      const isOurs =
        bytes.toString('base64url') === cursor &&
        signature.length === signatureLength &&
        timingSafeEqual(signature, sign(list, position))
      if (!isOurs) throw problem('invalid_cursor', { detail: 'Begin again without `after`.' })
      return position.toString()
    },
  }
}

/** Makes a page of up to `limit + 1` found documents: the one too many tells that there is another page. */
export function pageOf<Found, Item>(
  found: readonly Found[],
  limit: number,
  show: (one: Found) => Item,
  cursorAfter: (last: Found) => string,
): { data: Item[]; next?: string } {
  const data = found.slice(0, limit)
  const last = data.at(-1)
  const page = { data: data.map(show) }
  return found.length > limit && last !== undefined ? { ...page, next: cursorAfter(last) } : page
}
