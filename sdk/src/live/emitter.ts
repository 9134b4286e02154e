export type Unsubscribe = () => void

export interface Emitter<Messages> {
  on<Name extends keyof Messages>(name: Name, listener: (message: Messages[Name]) => void): Unsubscribe
  emit<Name extends keyof Messages>(name: Name, message: Messages[Name]): void
  /** Whether anybody listens to one of these. */
  hears(...names: (keyof Messages)[]): boolean
}

export function createEmitter<Messages>(): Emitter<Messages> {
  const listeners = new Map<keyof Messages, Set<(message: never) => void>>()
  return {
    on(name, listener) {
      const named = listeners.get(name) ?? new Set()
      listeners.set(name, named)
      // A wrapper each, so that one function given twice is heard and removed twice.
      const own: typeof listener = (message) => listener(message)
      named.add(own)
      return () => {
        named.delete(own)
      }
    },
    emit(name, message) {
      for (const listener of [...(listeners.get(name) ?? [])]) {
        try {
          // `on` let only listeners of this message in under its name.
          listener(message as never)
        } catch (error) {
          // One that throws must not keep the message from the others: it is reported as uncaught.
          queueMicrotask(() => {
            throw error
          })
        }
      }
    },
    hears: (...names) => names.some((name) => (listeners.get(name)?.size ?? 0) > 0),
  }
}
