import { useSyncExternalStore } from 'react'

export interface Notice {
  readonly id: number
  readonly message: string
}

const shownMs = 8000
const mostAtOnce = 4

let notices: readonly Notice[] = []
let latest = 0
const listeners = new Set<() => void>()

function show(next: readonly Notice[]): void {
  notices = next
  for (const listener of listeners) listener()
}

/** Tells something that happened elsewhere than where one looks. It goes away by itself. */
export function notify(message: string): void {
  const id = ++latest
  show([...notices, { id, message }].slice(-mostAtOnce))
  setTimeout(() => dismiss(id), shownMs)
}

export function dismiss(id: number): void {
  show(notices.filter((notice) => notice.id !== id))
}

export function useNotices(): readonly Notice[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => notices,
  )
}
