/** Lets in a few at a time, and those who wait by their key in a ring, so that one who asks often is not served more often. */
export interface Turns {
  /** Resolves when it is one’s turn; answers what ends the turn. */
  enter(key: string): Promise<() => void>
}

export function createTurns(atOnce: number): Turns {
  /** Those who wait, by key, the key whose turn is next first. */
  const ring = new Map<string, (() => void)[]>()
  let busy = 0

  function leave(): void {
    busy -= 1
    const [next] = ring
    if (next === undefined) return
    const [key, waiting] = next
    ring.delete(key)
    const admit = waiting.shift()
    if (waiting.length > 0) ring.set(key, waiting)
    busy += 1
    admit?.()
  }

  return {
    async enter(key) {
      if (busy < atOnce) busy += 1
      else {
        await new Promise<void>((resolve) => {
          const waiting = ring.get(key)
          if (waiting === undefined) ring.set(key, [resolve])
          else waiting.push(resolve)
        })
      }
      return leave
    },
  }
}
