import { useEffect, useState } from 'react'

/** Counts whole seconds down from `durationMs`, from the moment at which that was given. */
export function useSecondsLeft(durationMs: number): number {
  const [left, setLeft] = useState(0)
  useEffect(() => {
    const end = Date.now() + durationMs
    const count = () => setLeft(Math.max(0, Math.ceil((end - Date.now()) / 1000)))
    count()
    if (durationMs === 0) return
    const timer = setInterval(count, 250)
    return () => clearInterval(timer)
  }, [durationMs])
  return left
}
