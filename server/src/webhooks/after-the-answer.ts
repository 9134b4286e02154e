/**
 * An event is applied about half a millisecond before its change is answered: the change stream hears of a commit before
 * the one who committed does. Then the answer has to be read. Where it takes longer, the change pays for some posts.
 */
const answeredWithinMs = 2

/**
 * Wakes one in each turn of the loop, and begins a moment later: whoever made the change hears that it was made before a
 * hundred posts of it are begun, and what else comes in is looked at between them.
 */
export function createAfterTheAnswer(
  wake: (id: string) => void,
  /** Calls once a change whose event is applied now has been answered. */
  onceAnswered = (begin: () => void): unknown => setTimeout(begin, answeredWithinMs),
): (id: string) => void {
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
    onceAnswered(wakeNext)
  }
}
