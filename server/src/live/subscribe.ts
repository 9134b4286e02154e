/**
 * From a cursor to live without gap or duplicate: pages of the log up to where the feed stands, each filtered by the
 * access of that moment, then, in one tick, the last stretch from the feed's memory and the join.
 */
import { problem, type RolecallEvent, type Subscription as Subscribed } from '@rolecall/contract'
import { trusted } from 'mongoose'
import type { PermissionSet } from '../access/permission-set.ts'
import type { Table } from '../access/table.ts'
import type { EventDocument, LogModels } from '../log/documents.ts'
import type { Feed } from '../log/feed.ts'
import { cursorAt } from '../log/format.ts'
import { resolveCursor, show } from '../log/read.ts'
import { drained, type LiveSocket, viewRoom } from './socket.ts'
import type { Subscription, Subscriptions } from './subscriptions.ts'

const replayPage = 64
const maxSubscriptions = 100
const catchUpMs = 2_000

export interface Subscriber {
  /** Acknowledges, then sends what follows. Throws `not_found` to outsiders, `too_many_subscriptions`. */
  subscribe(
    socket: LiveSocket,
    request: { organisation: string; cursor?: string | undefined },
    acknowledge: (subscribed: Subscribed) => void,
  ): Promise<void>
  end(subscription: Subscription, how: 'revoked' | 'over'): void
  /** Moves a joined subscription to the room of another view. */
  move(subscription: Subscription, view: PermissionSet): void
}

/** An event as it is pushed. Its data were checked against its type's schema when it was appended. */
export const pushed = (event: EventDocument) => show(event) as RolecallEvent

export function createSubscriber({
  feed,
  table,
  models,
  subscriptions,
}: {
  feed: Feed
  table: Table
  models: LogModels
  subscriptions: Subscriptions
}): Subscriber {
  function end(subscription: Subscription, how: 'revoked' | 'over'): void {
    if (subscription.ended) return
    subscription.ended = how
    const { organisation, socket, view } = subscription
    subscriptions.remove(subscription)
    if (socket.data.subscriptions.get(organisation) === subscription) socket.data.subscriptions.delete(organisation)
    if (view !== undefined) void socket.leave(viewRoom(organisation, view))
    subscriptions.see(subscription, undefined)
    subscription.holding?.release()
    subscription.tracking?.release()
  }

  function move(subscription: Subscription, view: PermissionSet): void {
    if (subscription.view === undefined || subscription.view === view) return
    void subscription.socket.leave(viewRoom(subscription.organisation, subscription.view))
    join(subscription, view)
  }

  function begin(socket: LiveSocket, organisation: string): Subscription {
    const { principal, subscriptions: own } = socket.data
    const former = own.get(organisation)
    if (former !== undefined) end(former, 'over')
    else if (own.size >= maxSubscriptions) {
      throw problem('too_many_subscriptions', { detail: `At most ${maxSubscriptions} on one connection.` })
    }
    const subscription: Subscription = {
      organisation,
      account: principal.account,
      socket,
      view: undefined,
      holding: undefined,
      tracking: undefined,
      ended: false,
    }
    own.set(organisation, subscription)
    subscriptions.add(subscription)
    return subscription
  }

  /** Brings the feed up to what the table read, so that table and feed speak of one moment. */
  async function open(subscription: Subscription): Promise<void> {
    const { account, organisation } = subscription
    const holding = await table.hold(account, organisation)
    if (subscription.ended) holding.release()
    else subscription.holding = holding
    // An outsider is refused before the feed takes an interest in the organisation.
    const read = present(subscription, holding.current())
    const tracking = await feed.track(organisation)
    if (subscription.ended) tracking.release()
    else subscription.tracking = tracking
    if (!(await feed.applied(organisation, read.seq, catchUpMs))) throw problem('unavailable')
  }

  /** Refuses when the subscription ended during an await, or when there is no access. */
  function present<Value>(subscription: Subscription, value: Value | undefined): Value {
    if (subscription.ended === 'over') throw problem('unavailable', { detail: 'The subscription was given up.' })
    if (subscription.ended === 'revoked' || value === undefined) throw problem('not_found')
    return value
  }

  function join(subscription: Subscription, view: PermissionSet): void {
    subscriptions.see(subscription, view)
    void subscription.socket.join(viewRoom(subscription.organisation, view))
  }

  function send(subscription: Subscription, view: PermissionSet, events: readonly EventDocument[]): void {
    for (const event of events) {
      if (event.audience !== 'self' && view.has(event.audience)) subscription.socket.emit('event', pushed(event))
    }
  }

  async function replay(subscription: Subscription, from: number): Promise<void> {
    const { organisation, socket, holding, tracking } = subscription
    let last = from
    while (!subscription.ended) {
      const position = tracking?.position()
      const held = holding?.current()
      if (position === undefined || held === undefined) return
      const recent = tracking?.recent() ?? []
      const oldest = recent[0]
      if (last >= position.seq || (oldest !== undefined && oldest.seq <= last + 1)) {
        send(
          subscription,
          held.permissions,
          recent.filter((event) => event.seq > last),
        )
        join(subscription, held.permissions)
        if (position.seq > from) {
          socket.emit('position', { organisation, cursor: cursorAt(organisation, position.seq, position.hash) })
        }
        return
      }
      const page = await models.events
        .find({ log: organisation, seq: trusted({ $gt: last, $lte: position.seq }) })
        .sort({ seq: 1 })
        .limit(replayPage)
        .lean()
      if (!(await drained(socket)) || subscription.ended) return
      // Asked again: access may have changed while the page was read.
      const now = holding?.current()
      if (now === undefined) return
      send(subscription, now.permissions, page)
      last = page.at(-1)?.seq ?? position.seq
    }
  }

  async function resolve(
    cursor: string,
    organisation: string,
    sinceSeq: number,
  ): Promise<{ seq: number } | { reason: 'cursor_invalid' | 'cursor_from_future' | 'cursor_before_membership' }> {
    const head = await models.heads.findById(organisation).lean()
    if (head === null) throw problem('not_found')
    const state = await resolveCursor(models, head, cursor)
    if (state === 'invalid') return { reason: 'cursor_invalid' }
    if (state === 'future') return { reason: 'cursor_from_future' }
    return state.seq < sinceSeq ? { reason: 'cursor_before_membership' } : state
  }

  return {
    end,
    move,
    async subscribe(socket, { organisation, cursor }, acknowledge) {
      const subscription = begin(socket, organisation)
      try {
        await open(subscription)
        const { sinceSeq } = present(subscription, subscription.holding?.current())
        const from = cursor === undefined ? undefined : await resolve(cursor, organisation, sinceSeq)
        // The cursor may come from HTTP, which is ahead of the feed: what it has seen must not come once more.
        const isAhead = from !== undefined && 'seq' in from && !(await feed.applied(organisation, from.seq, catchUpMs))
        if (isAhead) throw problem('unavailable')
        const held = present(subscription, subscription.holding?.current())
        const { role } = held
        const position = subscription.tracking?.position()
        if (position === undefined) throw problem('unavailable')
        const permissions = held.permissions.list
        if (cursor !== undefined && from !== undefined && 'seq' in from) {
          acknowledge({ cursor, role, permissions })
          // One after the other: the replays of one socket would fill its buffer together.
          const { data } = socket
          data.replaying = data.replaying.then(() => replay(subscription, from.seq))
          await data.replaying.catch((error: unknown) => {
            // It was told that it is subscribed: it must not wait for events that do not come, but come back.
            socket.disconnect(true)
            throw error
          })
          return
        }
        const now = cursorAt(organisation, position.seq, position.hash)
        acknowledge({ cursor: now, role, permissions })
        if (from !== undefined && 'reason' in from) socket.emit('resync', { organisation, reason: from.reason })
        join(subscription, held.permissions)
      } catch (error) {
        end(subscription, 'over')
        throw error
      }
    },
  }
}
