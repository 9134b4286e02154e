import type { Connection } from './connection.ts'
import { createLive, type Live, type LiveOptions, type LiveSources } from './live.ts'

/** What is live over one connection, and ends with it. */
export interface Lives {
  /** An organisation as it happens. One for each organisation: asking again gives the same until it has ended. */
  readonly live: (organisation: string, options?: LiveOptions) => Live
  /**
   * Resolves once all that was committed when this was called has come over the live connection. Rejects without a
   * connection, and when it is lost meanwhile.
   */
  readonly confirm: () => Promise<void>
  /** Lets go of all of it. */
  readonly close: () => void
}

export function createLives(connection: Connection, sources: Omit<LiveSources, 'connection' | 'ended'>): Lives {
  const lives = new Map<string, Live>()
  let isClosed = false
  return {
    live(organisation, options) {
      const present = lives.get(organisation)
      if (present !== undefined) {
        if (options?.cursor === undefined) return present
        throw new TypeError('Close the present subscription before going on from a cursor.')
      }
      const ended = () => lives.delete(organisation)
      const live = createLive(organisation, { ...sources, connection, ended }, options)
      lives.set(organisation, live)
      // Of nothing more to come, whoever waits is to hear.
      if (isClosed) live.close()
      return live
    },
    confirm: connection.confirm,
    close() {
      isClosed = true
      for (const live of lives.values()) live.close()
      connection.close()
    },
  }
}
