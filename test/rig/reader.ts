import { setTimeout as pause } from 'node:timers/promises'
import { connectLive, type LiveClient } from './live.ts'
import type { Person } from './people.ts'
import { atEnd } from './teardown.ts'

export interface Reader {
  /** Position of every event that came, over all connections. */
  readonly seqs: number[]
  /** Messages by which the server gave up to continue where the reader was. */
  readonly resyncs: unknown[]
  connections(): number
  /** Resolves once an event at or above `seq` has come; rejects, with what is known, after three minutes. */
  until(seq: number): Promise<void>
  close(): void
}

const patienceMs = 180_000

type Reading = Pick<Person, 'url' | 'session'>

/** By a server that lags behind, which has everybody come back once more. */
function isSentAway(error: unknown): boolean {
  const { problem, message } = error as { problem?: { code: string }; message?: string }
  return problem?.code === 'unavailable' || message === 'io server disconnect'
}

/** Comes back with its cursor whenever its connection ends, as a patient client does. */
export async function aReader(
  reading: () => Reading,
  organisation: string,
  from?: string,
  /** Said of each failure to come back; a refusal for good is for the test to see. */
  onFailure: (error: unknown) => void = () => undefined,
): Promise<Reader> {
  const seqs: number[] = []
  const resyncs: unknown[] = []
  const waiting = new Set<() => void>()
  let cursor = from
  let isClosed = false
  let connections = 0
  let live: LiveClient | undefined

  async function open(): Promise<void> {
    const client = await connectLive(reading())
    live = client
    const take = (moved: { cursor: string }) => {
      cursor = moved.cursor
    }
    client.socket.on('event', (event) => {
      seqs.push(event.seq)
      take(event)
      for (const look of [...waiting]) look()
    })
    client.socket.on('position', take)
    client.socket.on('resync', (message) => resyncs.push(message))
    try {
      const subscription = await Promise.race([
        client.subscribe(organisation, cursor),
        client.ended.then((reason) => {
          throw new Error(reason)
        }),
      ])
      cursor ??= subscription.cursor
      connections += 1
    } catch (error) {
      client.close()
      throw error
    }
  }

  async function stay(): Promise<void> {
    while (!isClosed) {
      await live?.ended
      live = undefined
      while (!isClosed && live === undefined) {
        await open().catch((error: unknown) => {
          live = undefined
          onFailure(error)
        })
        if (live === undefined) await pause(20 + Math.random() * 80)
      }
    }
    live?.close()
  }

  const close = () => {
    isClosed = true
    live?.close()
  }
  atEnd(async () => close())
  while (live === undefined) {
    await open().catch((error: unknown) => {
      live = undefined
      if (!isSentAway(error)) throw error
    })
    if (live === undefined) await pause(50)
  }
  stay().catch(onFailure)
  return {
    seqs,
    resyncs,
    connections: () => connections,
    until: (seq) =>
      new Promise((resolve, reject) => {
        const impatient = setTimeout(() => {
          const state = live === undefined ? 'not connected' : `connected: ${live.socket.connected}`
          reject(new Error(`waited for event ${seq}: at ${seqs.at(-1)}, ${connections} connections, ${state}`))
        }, patienceMs)
        const look = () => {
          if ((seqs.at(-1) ?? 0) < seq) return
          waiting.delete(look)
          clearTimeout(impatient)
          resolve()
        }
        waiting.add(look)
        look()
      }),
    close,
  }
}
