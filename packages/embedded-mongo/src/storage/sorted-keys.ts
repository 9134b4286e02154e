/** The most that a part holds before it is halved: moving so many is as quick as finding the part. */
const partKeys = 512

/** Keys in their order, to which one is added anywhere in about the same time however many there are. */
export interface SortedKeys {
  /** A key that is not in it yet. */
  add(key: string): void
  /** From `start` (included) to `end` (excluded). */
  between(start: string, end: string): string[]
  clear(): void
}

export const createSortedKeys = (): SortedKeys => {
  /** None is empty but the only one of an empty whole; the last key of each lies below the first of the next. */
  let parts: string[][] = [[]]

  /** The first part that may hold the key or one above it. */
  const partFor = (key: string): number =>
    Math.min(
      firstPlace(parts.length, (place) => (parts[place]?.at(-1) ?? '') >= key),
      parts.length - 1,
    )

  return {
    add(key) {
      const place = partFor(key)
      const part = parts[place] ?? []
      part.splice(firstFrom(part, key), 0, key)
      if (part.length > partKeys) parts.splice(place + 1, 0, part.splice(partKeys / 2))
    },
    between(start, end) {
      const found: string[] = []
      for (let place = partFor(start); place < parts.length; place += 1) {
        const part = parts[place] ?? []
        const until = firstFrom(part, end)
        for (const key of part.slice(firstFrom(part, start), until)) found.push(key)
        if (until < part.length) break
      }
      return found
    },
    clear() {
      parts = [[]]
    },
  }
}

const firstFrom = (sorted: readonly string[], text: string): number =>
  firstPlace(sorted.length, (place) => (sorted[place] ?? '') >= text)

/** The first place of so many from which on it holds; their number if it holds at none. */
const firstPlace = (count: number, holds: (place: number) => boolean): number => {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}
