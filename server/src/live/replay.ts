/**
 * What a reader has missed, in portions: each is filtered by the access of that moment, sent when the reader has taken
 * what came before, and in turn with the replays of other accounts. The last portion and the join are of one tick.
 *
 * Events that many have missed are read once and encoded once.
 */
import type { Held } from '../access/table.ts'
import type { EventDocument } from '../log/documents.ts'
import { cursorAt } from '../log/format.ts'
import { type Pages, remembered, type Stretch } from '../log/pages.ts'
import { FanOutAdapter } from './adapter.ts'
import type { Message } from './burst.ts'
import { pushed } from './pushed.ts'
import { drained, type LiveSocket } from './socket.ts'
import type { Subscription } from './subscriptions.ts'
import { createTurns } from './turns.ts'

/** What is sent at once: a fraction of what is kept for a reader at most. */
const portionBytes = 64 * 1024

export interface Replays {
  /**
   * Sends what follows `from`, then joins, unless the subscription ends before. `join` is called in the tick in which
   * the last event is sent.
   */
  run(subscription: Subscription, from: number, join: (held: Held) => void): Promise<void>
}

export function createReplays({ pages }: { pages: Pages }): Replays {
  const turns = createTurns(1)
  const messages = new WeakMap<EventDocument, Message>()

  function messageOf(adapter: FanOutAdapter, event: EventDocument): Message {
    const known = messages.get(event)
    if (known !== undefined) return known
    const message = adapter.encode('event', pushed(event))
    messages.set(event, message)
    return message
  }

  /** Sends a portion of what follows `last`; answers up to where it goes. */
  function send(socket: LiveSocket, held: Held, { events, upTo }: Stretch, last: number): number {
    const adapter = adapterOf(socket)
    let bytes = 0
    for (const event of events) {
      if (event.seq <= last || event.audience === 'self' || !held.permissions.has(event.audience)) continue
      const message = messageOf(adapter, event)
      adapter.send(socket.id, message)
      bytes += message.frame.length
      if (bytes >= portionBytes) return event.seq
    }
    return upTo
  }

  return {
    async run(subscription, from, join) {
      const { organisation, account, socket, holding, tracking } = subscription
      let last = from
      while (!subscription.ended) {
        const position = tracking?.position()
        const held = holding?.current()
        if (tracking === undefined || position === undefined || held === undefined) return
        if (last >= position.seq) {
          join(held)
          if (position.seq > from) {
            socket.emit('position', { organisation, cursor: cursorAt(organisation, position.seq, position.hash) })
          }
          return
        }
        const stretch = remembered(tracking, last) ?? (await pages.after(organisation, last, position.seq))
        if (!(await drained(socket))) return
        const leave = await turns.enter(account)
        // One portion in a turn of the loop: requests and pushes go on between them.
        setImmediate(leave)
        // Asked again: access may have changed meanwhile.
        const now = holding?.current()
        if (subscription.ended || now === undefined) return
        last = send(socket, now, stretch, last)
      }
    },
  }
}

function adapterOf({ nsp }: LiveSocket): FanOutAdapter {
  if (nsp.adapter instanceof FanOutAdapter) return nsp.adapter
  throw new TypeError('sockets are attached with the adapter of fan-out')
}
