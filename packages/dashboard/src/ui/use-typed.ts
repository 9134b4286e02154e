import { useState } from 'react'

/** A text that is being changed: as it is now, also when others change it, until something else is typed. */
export function useTyped(present: string): [text: string, type: (text: string) => void] {
  const [typed, setTyped] = useState<string>()
  // It has become what was typed, and is untouched again.
  if (typed === present) setTyped(undefined)
  return [typed ?? present, setTyped]
}
