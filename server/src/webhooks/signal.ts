/** Something that one loop waits for and anybody may bring about. What came before it waited counts. */
export interface Signal {
  notify(): void
  /** Resolves at the next `notify`, at once where there was one since the last wait. */
  wait(): Promise<void>
  /** Whether there was one since the last wait. */
  isSet(): boolean
}

export function createSignal(): Signal {
  let isSet = false
  let wake: (() => void) | undefined
  return {
    notify() {
      isSet = true
      wake?.()
    },
    async wait() {
      if (!isSet) await new Promise<void>((resolve) => (wake = resolve))
      wake = undefined
      isSet = false
    },
    isSet: () => isSet,
  }
}
