import { type ReactNode, useEffect, useState } from 'react'

/** Shows its content only when waiting takes longer than a blink: a skeleton that flashes is worse than none. */
export function AfterAMoment({ children }: { children: ReactNode }) {
  const [isShown, setShown] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 150)
    return () => clearTimeout(timer)
  }, [])
  return isShown ? children : null
}
