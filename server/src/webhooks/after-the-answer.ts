/**
 * Wakes one in each turn of the loop, and begins once this turn and the next are over: whoever made the change hears that
 * it was made before a hundred posts of it are begun, and what else comes in is looked at between them.
 */
export function createAfterTheAnswer(wake: (id: string) => void): (id: string) => void {
  const waiting = new Set<string>()
  let isWaking = false

  function wakeNext(): void {
    for (const id of waiting) {
      waiting.delete(id)
      wake(id)
      break
    }
    if (waiting.size > 0) setImmediate(wakeNext)
    else isWaking = false
  }

  return (id) => {
    waiting.add(id)
    if (isWaking) return
    isWaking = true
    // The feed lets an answer out at the end of the turn in which it applied the event.
    setImmediate(() => setImmediate(wakeNext))
  }
}
