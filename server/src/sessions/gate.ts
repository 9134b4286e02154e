import { refusal } from '../refusal.ts'

/** Lets a few tasks run at once and some more wait, in order. Beyond that it throws `unavailable`. */
export type Gate = <Value>(task: () => Promise<Value>) => Promise<Value>

export function createGate({
  atOnce,
  waiting,
  detail = 'Too many sign-ins and sign-ups at once. Try again in a moment.',
}: {
  atOnce: number
  waiting: number
  /** What is told who comes when as many wait as can. */
  detail?: string
}): Gate {
  let running = 0
  const queue: (() => void)[] = []

  return async (task) => {
    if (running < atOnce) running += 1
    else {
      if (queue.length >= waiting) {
        throw refusal('unavailable', { retryAfterSeconds: 2, detail })
      }
      // The place is handed on by the one who leaves, so that nobody who comes later takes it.
      await new Promise<void>((enter) => queue.push(enter))
    }
    try {
      return await task()
    } finally {
      const enterNext = queue.shift()
      if (enterNext === undefined) running -= 1
      else enterNext()
    }
  }
}
