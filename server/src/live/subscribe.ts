/** From a cursor to live without gap or duplicate, and from live to the end. */
import { problem, type Subscription as Subscribed } from '@rolecall/contract'
import type { View } from '../access/permission-set.ts'
import type { Table } from '../access/table.ts'
import type { LogModels } from '../log/documents.ts'
import type { Feed } from '../log/feed.ts'
import { cursorAt } from '../log/format.ts'
import { createPages } from '../log/pages.ts'
import { createReplays } from './replay.ts'
import { createResume, type Resumed } from './resume.ts'
import { drained, type LiveSocket, viewRoom } from './socket.ts'
import type { Subscription, Subscriptions } from './subscriptions.ts'
import { createTurns } from './turns.ts'

const maxSubscriptions = 100
const catchUpMs = 2_000
const openingAtOnce = 32

export interface Subscriber {
  /** Acknowledges, then sends what follows. Throws `not_found` to outsiders, `too_many_subscriptions`. */
  subscribe(
    socket: LiveSocket,
    request: { organisation: string; cursor?: string | undefined },
    acknowledge: (subscribed: Subscribed) => void,
  ): Promise<void>
  end(subscription: Subscription, how: 'revoked' | 'over'): void
  /** Moves a joined subscription to the room of another view. */
  move(subscription: Subscription, view: View): void
}

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
  const opening = createTurns(openingAtOnce)
  const pages = createPages(models)
  const replays = createReplays({ pages })
  const resume = createResume({ models, feed, pages })

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

  function move(subscription: Subscription, view: View): void {
    if (subscription.view === undefined || subscription.view === view) return
    void subscription.socket.leave(viewRoom(subscription.organisation, subscription.view))
    join(subscription, view)
  }

  function begin(socket: LiveSocket, organisation: string): Subscription {
    const { principal, subscriptions: own } = socket.data
    if (principal.kind === 'key' && principal.organisation !== organisation) throw problem('not_found')
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

  /** Answers where the cursor leads. A few at a time: when all come back at once, the database has others to serve too. */
  async function open(subscription: Subscription, cursor: string | undefined): Promise<Resumed | undefined> {
    const { account, organisation, socket } = subscription
    // For one who does not read nothing is looked up.
    await drained(socket)
    const leave = await opening.enter(account)
    try {
      await follow(subscription)
      if (cursor === undefined) return undefined
      const { sinceSeq } = present(subscription, subscription.holding?.current())
      const tracking = present(subscription, subscription.tracking)
      return await resume({ cursor, organisation, tracking, sinceSeq })
    } finally {
      leave()
    }
  }

  /** Brings the feed up to what the table read, so that table and feed speak of one moment. */
  async function follow(subscription: Subscription): Promise<void> {
    const { account, organisation } = subscription
    present(subscription, true)
    // What another node has answered as done is known here.
    await feed.fresh()
    present(subscription, true)
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

  function join(subscription: Subscription, view: View): void {
    subscriptions.see(subscription, view)
    void subscription.socket.join(viewRoom(subscription.organisation, view))
  }

  return {
    end,
    move,
    async subscribe(socket, { organisation, cursor }, acknowledge) {
      const subscription = begin(socket, organisation)
      try {
        const from = await open(subscription, cursor)
        const held = present(subscription, subscription.holding?.current())
        const { role } = held
        const position = subscription.tracking?.position()
        if (position === undefined) throw problem('unavailable')
        const permissions = held.permissions.list
        if (cursor !== undefined && from !== undefined && 'seq' in from) {
          acknowledge({ cursor, role, permissions })
          // One after the other: the replays of one socket would fill its buffer together.
          const { data } = socket
          data.replaying = data.replaying.then(() =>
            replays.run(subscription, from.seq, ({ permissions }) => join(subscription, permissions.view)),
          )
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
        join(subscription, held.permissions.view)
      } catch (error) {
        end(subscription, 'over')
        throw error
      }
    },
  }
}
