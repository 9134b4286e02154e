/**
 * Wakes a few at a time, and begins once this turn of the loop and the next are over: whoever made the change hears that
 * it was made before a hundred posts of it are begun.
 */
export function createAfterTheAnswer(wake: (id: string) => void): (id: string) => void {
  const waiting = new Set<string>()
  let isWaking = false

  function wakeSome(): void {
    let left = perTurn
    for (const id of waiting) {
      waiting.delete(id)
      wake(id)
      left -= 1
      if (left === 0) break
    }
    if (waiting.size > 0) setImmediate(wakeSome)
    else isWaking = false
  }

  return (id) => {
    waiting.add(id)
    if (isWaking) return
    isWaking = true
    // The feed lets an answer out at the end of the turn in which it applied the event.
    setImmediate(() => setImmediate(wakeSome))
  }
}

/** A post costs a fraction of a millisecond to begin. */
const perTurn = 4
