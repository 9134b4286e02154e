/** When somebody gives up, by the clock that is never set. */
export interface Deadline {
  /** Not above 0 once it has passed. */
  leftMs(): number
}

export const deadlineIn = (ms: number, elapsedMs: () => number): Deadline => {
  const end = elapsedMs() + ms
  return { leftMs: () => end - elapsedMs() }
}
