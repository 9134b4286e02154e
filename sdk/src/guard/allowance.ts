/** How often something may be begun: so many times at once, and then as many a second. A token bucket. */
export function createAllowance(atOnce: number, perSecond: number): () => boolean {
  let left = atOnce
  let countedAt = performance.now()
  return () => {
    const now = performance.now()
    left = Math.min(atOnce, left + ((now - countedAt) / 1_000) * perSecond)
    countedAt = now
    if (left < 1) return false
    left -= 1
    return true
  }
}
