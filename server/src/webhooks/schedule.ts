/** When a delivery that failed is tried again, and when an endpoint is given up. */
const secondMs = 1_000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs

/** After the first try, after the second …: about 75 hours in all. */
const delaysMs: readonly number[] = [
  5 * secondMs,
  5 * minuteMs,
  30 * minuteMs,
  2 * hourMs,
  5 * hourMs,
  10 * hourMs,
  14 * hourMs,
  20 * hourMs,
  24 * hourMs,
]
/** What failed together does not come back together. */
const jitter = 0.1

/** So many times in all. */
export const maxTries = delaysMs.length + 1

/** How long after a failed try, the `tries`th, comes the next one. Undefined after the last. */
export function delayAfter(tries: number): number | undefined {
  const delayMs = delaysMs[tries - 1]
  return delayMs === undefined ? undefined : delayMs * (1 - jitter + 2 * jitter * Math.random())
}

/** An endpoint that fails so long after a first failure, and took nothing between, is disabled. */
export const failingForMs = 5 * 24 * hourMs

/**
 * Failures further apart do not belong together: no try waits so long, so that nothing was posted between them, and
 * nobody knows what the endpoint would have done.
 */
export const apartMs = 48 * hourMs

/** What a receiver gets that says it has too much to do, and not for how long. */
export const breathMs = 5 * secondMs

/** Whatever a receiver asks for by Retry-After. */
export const longestPauseMs = 24 * hourMs
