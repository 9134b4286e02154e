import type { Buffer } from 'node:buffer'
import { bytesOf, textOf } from './keys.ts'
import { createSortedKeys } from './sorted-keys.ts'

export interface Entry {
  key: Uint8Array
  value: Uint8Array
}

/** From `start` (included) to `end` (excluded); in reverse from the last key below `end` down to `start`. */
export interface Range {
  start: Buffer
  end: Buffer
  reverse?: boolean
}

/** Something that can be read: a snapshot, the write transaction of the moment, or either with staged changes. */
export interface View {
  get(key: Buffer): Uint8Array | undefined
  range(range: Range): Iterable<Entry>
  /** Whether a staged change has removed it. A range that was begun before still tells what led to it. */
  isRemoved?(key: Buffer): boolean
}

/** A view whose changes are kept aside until they are applied, so that they can also be dropped. */
export interface Overlay extends View {
  put(key: Buffer, value: Uint8Array): void
  remove(key: Buffer): void
  /** What was staged, a removal as `undefined`. */
  changes(): Iterable<readonly [key: Buffer, value: Uint8Array | undefined]>
  clear(): void
  readonly bytes: number
}

export const overlayOn = (base: View): Overlay => {
  const staged = new Map<string, Uint8Array | undefined>()
  const sorted = createSortedKeys()
  let bytes = 0

  const stage = (key: Buffer, value: Uint8Array | undefined): void => {
    const text = textOf(key)
    if (!staged.has(text)) sorted.add(text)
    staged.set(text, value)
    bytes += text.length + (value?.length ?? 0)
  }

  return {
    get(key) {
      if (staged.size > 0) {
        const text = textOf(key)
        const value = staged.get(text)
        if (value !== undefined || staged.has(text)) return value
      }
      return base.get(key)
    },
    range(range) {
      if (staged.size === 0) return base.range(range)
      const keys = sorted.between(textOf(range.start), textOf(range.end))
      if (keys.length === 0) return base.range(range)
      if (range.reverse) keys.reverse()
      // The staged values of this moment: a cursor must not see what its transaction writes later.
      const entries = keys.map((text) => [text, staged.get(text)] as const)
      return merge(base.range(range), entries, range.reverse === true)
    },
    isRemoved(key) {
      const text = textOf(key)
      return staged.has(text) && staged.get(text) === undefined
    },
    put: (key, value) => stage(key, value),
    remove: (key) => stage(key, undefined),
    *changes() {
      for (const [text, value] of staged) yield [bytesOf(text), value]
    },
    clear() {
      staged.clear()
      sorted.clear()
      bytes = 0
    },
    get bytes() {
      return bytes
    },
  }
}

/** Both sequences in their common order; where both have a key, the staged one counts. */
function* merge(
  base: Iterable<Entry>,
  staged: readonly (readonly [string, Uint8Array | undefined])[],
  reverse: boolean,
): Generator<Entry> {
  let place = 0
  const precedes = (left: string, right: string): boolean => (reverse ? left > right : left < right)
  for (const entry of base) {
    const text = textOf(entry.key)
    let replaced = false
    for (let next = staged[place]; next !== undefined && !precedes(text, next[0]); next = staged[place]) {
      place += 1
      if (next[0] === text) replaced = true
      if (next[1] !== undefined) yield { key: bytesOf(next[0]), value: next[1] }
    }
    if (!replaced) yield entry
  }
  for (; place < staged.length; place += 1) {
    const next = staged[place]
    if (next?.[1] !== undefined) yield { key: bytesOf(next[0]), value: next[1] }
  }
}
