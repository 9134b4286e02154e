import type {
  AnyPermission,
  EventOfType,
  EventType,
  Resync,
  Revoked,
  RevokedReason,
  RolecallEvent,
  RoleId,
  Subscription,
} from '@rolecall/contract'
import { RolecallError } from '../error.ts'
import type { ApiKeysView } from './api-keys.ts'
import type { Connection } from './connection.ts'
import { createEmitter, type Unsubscribe } from './emitter.ts'
import type { ConnectionStatus, Follower } from './follower.ts'
import type { InvitationsView } from './invitations.ts'
import type { MembersView } from './members.ts'
import { createOrganisationKeeper, type ReadOrganisation } from './organisation.ts'
import type { LiveOrganisation } from './organisation-change.ts'
import type { RolesView } from './roles.ts'
import { createStore, createView, type Watched } from './store.ts'
import { createViews, type ViewSources } from './views.ts'

export type EndReason = RevokedReason | 'not_found' | 'signed_out' | 'refused' | 'closed'

/** `ended` is for good. Everything else mends itself. */
export type LiveStatus =
  | ConnectionStatus
  | { readonly state: 'ended'; readonly reason: EndReason; readonly error?: RolecallError }

/** One’s own access. `seq` is absent when it was learnt on subscribing. */
export interface LiveAccess {
  readonly organisation: string
  readonly role: RoleId
  readonly permissions: readonly AnyPermission[]
  readonly before: RoleId | undefined
  readonly seq?: number
}

export type LiveMessages = {
  /** Every event that one may see, once and in order. */
  readonly event: RolecallEvent
  /** One’s own role changed, also when that happened while the connection was lost. */
  readonly access: LiveAccess
  /** Access is lost: the last message. */
  readonly revoked: Revoked
  /** What was read before does not lead up to here: read anew. The views do so by themselves. */
  readonly resync: Resync
  readonly status: LiveStatus
} & { readonly [Type in EventType]: EventOfType<Type> }

export interface LiveSnapshot {
  readonly status: LiveStatus
  /** Known from the first subscription on; kept while reconnecting. */
  readonly role: RoleId | undefined
  readonly permissions: readonly AnyPermission[]
  /** Without `heldNames`: what a view keeps is kept exact, and no event tells them. */
  readonly organisation: LiveOrganisation | undefined
}

export interface LiveOptions {
  /** Go on after this cursor (`event.cursor`) instead of from now. */
  readonly cursor?: string | undefined
}

/** An organisation as it happens. Begins when it is first listened to, and mends itself until it has ended. */
export interface Live extends Watched<LiveSnapshot>, LiveSnapshot {
  readonly id: string
  /** Where a later `live(organisation, { cursor })` goes on. */
  readonly cursor: string | undefined
  /** Resolves at the first subscription; rejects if there is none to be had. */
  readonly ready: Promise<void>
  /** The members, kept exact from the first use on. */
  readonly members: MembersView
  /** The pending invitations, kept exact from the first use on. */
  readonly invitations: InvitationsView
  /** The roles with what each permits, kept exact from the first use on. */
  readonly roles: RolesView
  /** The API keys with what each may do, kept exact from the first use on; for whoever manages them. */
  readonly apiKeys: ApiKeysView
  on<Name extends keyof LiveMessages>(name: Name, listener: (message: LiveMessages[Name]) => void): Unsubscribe
  close(): void
}

export interface LiveSources extends ViewSources {
  readonly connection: Connection
  readonly readOrganisation: ReadOrganisation
  /** Hears of the end. */
  readonly ended: () => void
}

export function createLive(organisation: string, sources: LiveSources, { cursor: from }: LiveOptions = {}): Live {
  const emitter = createEmitter<LiveMessages>()
  const store = createStore<LiveSnapshot>({
    status: { state: 'connecting' },
    role: undefined,
    permissions: [],
    organisation: undefined,
  })
  const name = createOrganisationKeeper(organisation, sources.readOrganisation, (read) =>
    store.update({ organisation: read }),
  )
  const views = createViews(organisation, sources)
  let unfollow: Unsubscribe | undefined
  let cursor = from
  // An acknowledged cursor other than ours, which holds once the `resync` that goes with it has come.
  let anew: string | undefined
  let lastSeq = 0
  let settle: { resolve(): void; reject(error: RolecallError): void }
  const ready = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject }
  })
  // Who does not ask for `ready` reads the status.
  ready.catch(() => undefined)

  const isEnded = () => store.snapshot.status.state === 'ended'

  const setStatus = (status: LiveStatus) => {
    store.update({ status })
    emitter.emit('status', status)
  }

  const end = (reason: EndReason, error?: RolecallError) => {
    if (isEnded()) return
    unfollow?.()
    sources.ended()
    views.end()
    name.end()
    store.update({ role: undefined, permissions: [], organisation: undefined })
    setStatus({ state: 'ended', reason, ...(error === undefined ? {} : { error }) })
    const code = reason === 'signed_out' ? 'unauthenticated' : 'not_found'
    settle.reject(error ?? new RolecallError({ code, detail: `The subscription has ended: ${reason}.` }))
  }

  const setAccess = ({ role, permissions }: Pick<Subscription, 'role' | 'permissions'>, seq?: number) => {
    const { role: before, permissions: held } = store.snapshot
    store.update({ role, permissions })
    name.setRole(role)
    views.permit(permissions)
    const isSame =
      before === role && held.length === permissions.length && held.every((one) => permissions.includes(one))
    if (before === undefined || isSame) return
    emitter.emit('access', { organisation, role, permissions, before, ...(seq === undefined ? {} : { seq }) })
  }

  const follower: Follower = {
    organisation,
    cursor: () => cursor,
    status: setStatus,
    subscribed(subscription) {
      if (cursor === undefined) cursor = subscription.cursor
      else if (cursor !== subscription.cursor) anew = subscription.cursor
      setAccess(subscription)
      name.read()
      setStatus({ state: 'live' })
      settle.resolve()
    },
    refused: (error) => end(error.code === 'not_found' ? 'not_found' : 'refused', error),
    signedOut: () => end('signed_out'),
    event(event) {
      if (event.seq <= lastSeq) return
      lastSeq = event.seq
      cursor = event.cursor
      name.apply(event)
      views.apply(event)
      emitter.emit('event', event)
      emitter.emit(event.type, event)
    },
    access: (access) => setAccess(access, access.seq),
    revoked(revoked) {
      emitter.emit('revoked', revoked)
      end(revoked.reason)
    },
    position(position) {
      cursor = position.cursor
    },
    resync(resync) {
      cursor = anew ?? cursor
      anew = undefined
      // The log may be another one than before, with lower numbers.
      lastSeq = 0
      name.reload()
      views.reload()
      emitter.emit('resync', resync)
    },
  }

  const start = () => {
    if (unfollow === undefined && !isEnded()) unfollow = sources.connection.follow(follower)
  }

  return createView(store, {
    id: organisation,
    get cursor() {
      return cursor
    },
    get ready() {
      start()
      return ready
    },
    get members() {
      start()
      return views.members()
    },
    get invitations() {
      start()
      return views.invitations()
    },
    get roles() {
      start()
      return views.roles()
    },
    get apiKeys() {
      start()
      return views.apiKeys()
    },
    on<Name extends keyof LiveMessages>(message: Name, listener: (message: LiveMessages[Name]) => void) {
      start()
      return emitter.on(message, listener)
    },
    subscribe(listener: () => void) {
      start()
      return store.subscribe(listener)
    },
    close: () => end('closed'),
  })
}
