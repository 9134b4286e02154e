/** Exponential backoff with full jitter (AWS Architecture Blog, “Exponential Backoff And Jitter”), in milliseconds. */
export function backoffMs(attempt: number, baseMs: number, mostMs: number, random: () => number = Math.random): number {
  return random() * Math.min(mostMs, baseMs * 2 ** attempt)
}

/** @throws the signal’s reason when it is aborted meanwhile */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const stop = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    signal?.addEventListener('abort', stop, { once: true })
  })
}
