/**
 * Live push. The hub follows the feed: it applies each event to the access table first, tells the account concerned,
 * moves their sockets between rooms, and then sends the event to the rooms whose view holds its audience.
 */
import type { Server as HttpServer, IncomingMessage } from 'node:http'
import type { Permission, Revoked } from '@rolecall/contract'
import type { Logger } from 'pino'
import { type AccessChange, accessChangeOf, type RoleChange } from '../access/changes.ts'
import type { AccessModels } from '../access/documents.ts'
import { isKeyId } from '../access/key-access.ts'
import type { View } from '../access/permission-set.ts'
import type { SessionTable } from '../access/session-table.ts'
import type { KeyChange, Table } from '../access/table.ts'
import type { Clock } from '../clock.ts'
import type { EventDocument, LogModels } from '../log/documents.ts'
import type { Feed, Follower } from '../log/feed.ts'
import { cursorAt } from '../log/format.ts'
import type { Admission } from './admission.ts'
import { createConnections } from './connections.ts'
import { pushed } from './pushed.ts'
import { unsentBytes } from './send-buffer.ts'
import { accountRoom, viewRoom } from './socket.ts'
import { createSubscriber } from './subscribe.ts'
import { createSubscriptions, type Subscription } from './subscriptions.ts'
import { createUnsubscribed } from './unsubscribed.ts'

export interface Hub extends Follower {
  attach(server: HttpServer): void
  /** How many sockets of this account follow the organisation. */
  socketsOf(organisation: string, account: string): number
  /** How many sockets are connected. */
  connected(): number
  /** Bytes that wait for their clients to read. */
  unsentBytes(): number
  stop(): Promise<void>
}

type OrganisationChange = Exclude<AccessChange, { kind: 'sessions_ended' }>
type Granted = Extract<AccessChange, { kind: 'granted' }>
type Reopened = Extract<AccessChange, { kind: 'reopened' }>

const positionEveryMs = 1_000
/** A node takes up about a thousand connections a second without its requests noticing. */
const spreadMs = (connections: number) => Math.min(Math.max(connections, 200), 30_000)

export function createHub(parts: {
  feed: Feed
  table: Table
  sessions: SessionTable
  models: LogModels & AccessModels
  admission: Admission
  isAllowedOrigin: (origin: string | undefined) => boolean
  countHandshake: (request: IncomingMessage) => Promise<void>
  now: Clock
  logger: Logger
}): Hub {
  const { feed, table, sessions, models, logger } = parts
  const subscriptions = createSubscriptions()
  const subscriber = createSubscriber({ feed, table, models, subscriptions })
  const { io, attach, close, disconnect, bound } = createConnections({ ...parts, subscriber })
  const { sockets } = io.of('/')
  const unsubscribed = createUnsubscribed({ io, memberships: models.memberships, logger })
  /** Views that are behind, by organisation: the last event of the log was not for them. */
  const behind = new Map<string, Set<View>>()

  function grant({ organisation, account, role, permissions }: Granted, seq: number): void {
    unsubscribed.outdate(organisation, account)
    io.to(accountRoom(account)).emit('access', { organisation, seq, role, permissions: permissions.list })
    for (const subscription of subscriptions.of(organisation, account)) subscriber.move(subscription, permissions.view)
  }

  function holdersOf(organisation: string, { role }: RoleChange): readonly Subscription[] {
    return subscriptions
      .of(organisation)
      .filter(({ account, holding }) => !isKeyId(account) && holding?.current()?.role === role)
  }

  function changeRole(
    organisation: string,
    { role, becomes, permissions }: RoleChange,
    holding: readonly Subscription[],
    seq: number,
  ): void {
    const access = { organisation, seq, role: becomes, permissions: permissions.list }
    const told = new Set(holding.map(({ account }) => account))
    // Encoded once, however many they are.
    if (told.size > 0) io.to([...told].map(accountRoom)).emit('access', access)
    for (const subscription of holding) subscriber.move(subscription, permissions.view)
    // Of those who held the new role before, some are told once more what they know.
    unsubscribed.tell({ organisation, change: { role, becomes }, told }, (_member, to) =>
      io.to([...to]).emit('access', access),
    )
  }

  function revoke(account: string, revoked: Revoked): void {
    unsubscribed.outdate(revoked.organisation, account)
    io.to(accountRoom(account)).emit('revoked', revoked)
    for (const subscription of subscriptions.of(revoked.organisation, account)) subscriber.end(subscription, 'revoked')
  }

  function closeOrganisation(revoked: Revoked): void {
    const { organisation } = revoked
    const subscribed = subscriptions.of(organisation).map(({ account }) => account)
    const told = new Set(subscribed.filter((account) => !isKeyId(account)))
    for (const account of told) revoke(account, revoked)
    unsubscribed.tell({ organisation, told }, (_member, to) => io.to([...to]).emit('revoked', revoked))
  }

  function reopenOrganisation({ organisation, permissionsOf }: Reopened, seq: number): void {
    // Nobody is subscribed to what was closed; all who are connected hear of it.
    unsubscribed.tell({ organisation, told: new Set() }, ({ role }, to) => {
      const permissions = permissionsOf(role)?.list
      // Undefined: given since, and told since.
      if (permissions !== undefined) io.to([...to]).emit('access', { organisation, seq, role, permissions })
    })
  }

  /** A key has one organisation: once it may do nothing there, its sockets end. */
  function changeKey(
    { key, before, after }: KeyChange,
    { organisation, ...why }: OrganisationChange,
    seq: number,
  ): void {
    if (after === undefined) {
      const reason = why.kind === 'key_ended' || why.kind === 'closed' ? why.reason : 'issuer_lost'
      revoke(key, { organisation, seq, reason })
      io.in(accountRoom(key)).disconnectSockets(true)
      return
    }
    if (after.times !== undefined) bound(key, after.times)
    if (before?.permissions === after.permissions && before.role === after.role) return
    grant({ kind: 'granted', organisation, account: key, ...after }, seq)
  }

  function applyChange(change: AccessChange, seq: number): void {
    // Before the table has it: who holds what becomes another.
    const holding =
      change.kind === 'roles_changed' ? change.roles.map((role) => holdersOf(change.organisation, role)) : []
    const keys = table.apply(change, seq)
    if (change.kind !== 'sessions_ended') for (const one of keys) changeKey(one, change, seq)
    if (change.kind === 'roles_changed') {
      const { organisation, roles } = change
      for (const [index, role] of roles.entries()) changeRole(organisation, role, holding[index] ?? [], seq)
      return
    }
    if (change.kind === 'granted') grant(change, seq)
    else if (change.kind === 'reopened') reopenOrganisation(change, seq)
    else if (change.kind === 'sessions_ended') {
      sessions.end(change.sessions)
      disconnect(change.sessions)
    } else if (change.kind === 'revoked' || change.kind === 'closed') {
      const revoked = { organisation: change.organisation, seq, reason: change.reason }
      if (change.kind === 'revoked') revoke(change.account, revoked)
      else closeOrganisation(revoked)
    }
  }

  function push(event: EventDocument, audience: Permission): void {
    const { log: organisation } = event
    const views = subscriptions.views(organisation)
    const seeing = views.filter((view) => view.has(audience))
    if (seeing.length > 0) {
      io.to(seeing.map((view) => viewRoom(organisation, view))).emit('event', pushed(event))
      for (const view of seeing) behind.get(organisation)?.delete(view)
    }
    for (const view of views) if (!view.has(audience)) fallBehind(organisation, view)
  }

  function fallBehind(organisation: string, view: View): void {
    const views = behind.get(organisation)
    if (views !== undefined) {
      views.add(view)
      return
    }
    behind.set(organisation, new Set([view]))
    setTimeout(() => tellPosition(organisation), positionEveryMs).unref()
  }

  function tellPosition(organisation: string): void {
    const views = behind.get(organisation) ?? []
    behind.delete(organisation)
    const position = feed.position(organisation)
    if (position === undefined) return
    const cursor = cursorAt(organisation, position.seq, position.hash)
    for (const view of views) io.to(viewRoom(organisation, view)).emit('position', { organisation, cursor })
  }

  /** Ends all connections, and asks their clients not to come back all at once. */
  function sendAway(): void {
    io.emit('reconnect', { withinMs: spreadMs(sockets.size) })
    io.disconnectSockets(true)
  }

  return {
    apply(event) {
      const change = accessChangeOf(event)
      if (change !== undefined) applyChange(change, event.seq)
      if (event.audience !== 'self') push(event, event.audience)
    },
    reset() {
      table.reset()
      sessions.reset()
      behind.clear()
      for (const socket of sockets.values()) {
        for (const subscription of [...socket.data.subscriptions.values()]) subscriber.end(subscription, 'over')
      }
      sendAway()
    },
    attach,
    socketsOf: (organisation, account) => subscriptions.of(organisation, account).length,
    connected: () => sockets.size,
    unsentBytes: () => [...sockets.values()].reduce((sum, { conn }) => sum + unsentBytes(conn), 0),
    async stop() {
      sendAway()
      await close()
    },
  }
}
