import { useSyncExternalStore } from 'react'

let message = ''
const listeners = new Set<() => void>()

/** Says something to those who listen instead of looking, once they are at rest. */
export function announce(text: string): void {
  // The same words twice would not be a change, and so not be read.
  show(text === message ? `${text}\u00a0` : text)
}

/** Takes back what was said: it may name what one may no longer know. */
export function hush(): void {
  show('')
}

function show(text: string): void {
  message = text
  for (const listener of listeners) listener()
}

/** The place where announcements are read from. Stands once, for as long as the page does. */
export function Announcer() {
  const text = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => message,
  )
  return (
    <div className="visually-hidden" role="status" aria-live="polite">
      {text}
    </div>
  )
}
