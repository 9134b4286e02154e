/**
 * Live push. The hub follows the feed: it applies each event to the access table first, tells the account concerned,
 * moves their sockets between rooms, and then sends the event to the rooms whose view holds its audience.
 */
import type { Server as HttpServer } from 'node:http'
import {
  type BuiltInRole,
  builtInRoleIds,
  holds,
  type Permission,
  permissionsOf,
  type Revoked,
} from '@rolecall/contract'
import { trusted } from 'mongoose'
import type { Logger } from 'pino'
import { type AccessChange, accessChangeOf } from '../access/changes.ts'
import type { AccessModels } from '../access/documents.ts'
import type { SessionTable } from '../access/session-table.ts'
import type { Table } from '../access/table.ts'
import type { Clock } from '../clock.ts'
import type { EventDocument, LogModels } from '../log/documents.ts'
import type { Feed, Follower } from '../log/feed.ts'
import { cursorAt } from '../log/format.ts'
import type { Tokens } from '../sessions/tokens.ts'
import { createConnections } from './connections.ts'
import { accountRoom, viewRoom } from './socket.ts'
import { createSubscriber, pushed } from './subscribe.ts'
import { createSubscriptions } from './subscriptions.ts'

export interface Hub extends Follower {
  attach(server: HttpServer): void
  stop(): Promise<void>
}

const positionEveryMs = 1_000
/** A node takes up about a thousand connections a second without its requests noticing. */
const spreadMs = (connections: number) => Math.min(Math.max(connections, 200), 30_000)

export function createHub(parts: {
  feed: Feed
  table: Table
  sessions: SessionTable
  models: LogModels & AccessModels
  tokens: Pick<Tokens, 'verify'>
  isAllowedOrigin: (origin: string | undefined) => boolean
  now: Clock
  logger: Logger
}): Hub {
  const { feed, table, sessions, models, logger } = parts
  const subscriptions = createSubscriptions()
  const subscriber = createSubscriber({ feed, table, models, subscriptions })
  const { io, attach, close, disconnect } = createConnections({ ...parts, subscriber })
  const { sockets, adapter } = io.of('/')
  /** Views that are behind, by organisation: the last event of the log was not for them. */
  const behind = new Map<string, Set<BuiltInRole>>()

  function grant(organisation: string, account: string, role: BuiltInRole, seq: number): void {
    const permissions = permissionsOf(role)
    io.to(accountRoom(account)).emit('access', { organisation, seq, role, permissions })
    for (const subscription of subscriptions.of(organisation, account)) subscriber.move(subscription, role)
  }

  function revoke(account: string, revoked: Revoked): void {
    io.to(accountRoom(account)).emit('revoked', revoked)
    for (const subscription of subscriptions.of(revoked.organisation, account)) subscriber.end(subscription, 'revoked')
  }

  function closeOrganisation(revoked: Revoked): void {
    const told = new Set(subscriptions.of(revoked.organisation).map(({ account }) => account))
    for (const account of told) revoke(account, revoked)
    tellOtherMembers(revoked, told).catch((error: unknown) => {
      logger.error({ err: error, organisation: revoked.organisation }, 'members could not be told of a deletion')
    })
  }

  /** Members with a socket and no subscription receive nothing of the organisation, so that their order is free. */
  async function tellOtherMembers(revoked: Revoked, told: ReadonlySet<string>): Promise<void> {
    const connected = [...sockets.values()].map(({ data }) => data.principal.account)
    const others = [...new Set(connected)].filter((account) => !told.has(account))
    if (others.length === 0) return
    const { organisation } = revoked
    const members = await models.memberships.find({ organisation, 'account.id': trusted({ $in: others }) }).lean()
    for (const { account } of members) revoke(account.id, revoked)
  }

  function applyChange(change: AccessChange, seq: number): void {
    table.apply(change, seq)
    if (change.kind === 'granted') grant(change.organisation, change.account, change.role, seq)
    else if (change.kind === 'sessions_ended') {
      sessions.end(change.sessions)
      disconnect(change.sessions)
    } else {
      const revoked = { organisation: change.organisation, seq, reason: change.reason }
      if (change.kind === 'revoked') revoke(change.account, revoked)
      else closeOrganisation(revoked)
    }
  }

  function push(event: EventDocument, audience: Permission): void {
    const { log: organisation } = event
    const views = builtInRoleIds.filter((role) => (adapter.rooms.get(viewRoom(organisation, role))?.size ?? 0) > 0)
    const seeing = views.filter((role) => holds(role, audience))
    if (seeing.length > 0) {
      io.to(seeing.map((role) => viewRoom(organisation, role))).emit('event', pushed(event))
      for (const role of seeing) behind.get(organisation)?.delete(role)
    }
    for (const role of views) if (!seeing.includes(role)) fallBehind(organisation, role)
  }

  function fallBehind(organisation: string, role: BuiltInRole): void {
    const roles = behind.get(organisation)
    if (roles !== undefined) {
      roles.add(role)
      return
    }
    behind.set(organisation, new Set([role]))
    setTimeout(() => tellPosition(organisation), positionEveryMs).unref()
  }

  function tellPosition(organisation: string): void {
    const roles = behind.get(organisation) ?? []
    behind.delete(organisation)
    const position = feed.position(organisation)
    if (position === undefined) return
    const cursor = cursorAt(organisation, position.seq, position.hash)
    for (const role of roles) io.to(viewRoom(organisation, role)).emit('position', { organisation, cursor })
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
    async stop() {
      sendAway()
      await close()
    },
  }
}
