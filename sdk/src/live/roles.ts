import {
  builtInRoleIds,
  type EventOfType,
  isBuiltIn,
  type Role,
  type RolecallEvent,
  type RoleId,
} from '@rolecall/contract'
import { backoffMs, sleep } from '../backoff.ts'
import { RolecallError } from '../error.ts'
import { createStore, type Watched } from './store.ts'

export interface RolesSnapshot {
  readonly status: 'loading' | 'live' | 'ended'
  /** The built-in ones, then the organisation’s own by name. Empty until they were read, and when ended. */
  readonly rows: readonly Role[]
}

export interface RolesView extends Watched<RolesSnapshot>, RolesSnapshot {
  /** Resolves when the roles were read for the first time, or the view has ended. */
  readonly ready: Promise<void>
  get(role: RoleId): Role | undefined
}

/** The roles of an organisation as they are at `seq` of its log. */
export type ReadRoles = (
  organisation: string,
  signal: AbortSignal,
) => Promise<{ readonly roles: readonly Role[]; readonly seq: number }>

const relevant = [
  'role.created',
  'role.updated',
  'role.deleted',
  'organisation.settings_changed',
  'permissions.declared',
] as const
type RoleEvent = EventOfType<(typeof relevant)[number]>
type Roles = ReadonlyMap<RoleId, Role>

export interface RolesKeeper {
  readonly view: RolesView
  /** Reads them unless that was done or is being done: once the live subscription stands. */
  read(): void
  reload(): void
  apply(event: RolecallEvent): void
  end(): void
}

/**
 * Keeps the roles exact: one answer has them all at one `seq`, and an event applies only if its own lies above. Events
 * that come while the answer is on its way are remembered until it is there.
 */
export function createRolesKeeper(read: (signal: AbortSignal) => ReturnType<ReadRoles>): RolesKeeper {
  const store = createStore<RolesSnapshot>({ status: 'loading', rows: [] })
  let known: { readonly roles: Roles; readonly seq: number } | undefined
  let loading: { readonly events: RoleEvent[]; stop(): void } | undefined
  let settle: () => void
  const ready = new Promise<void>((resolve) => {
    settle = resolve
  })

  const show = (status: RolesSnapshot['status']) => {
    store.update({ status, rows: inOrder(known?.roles) })
    if (status !== 'loading') settle()
  }

  const heard = (event: RoleEvent) => {
    if (known === undefined || event.seq <= known.seq) return
    known = { roles: changed(known.roles, event), seq: event.seq }
  }

  const load = async () => {
    loading?.stop()
    const abort = new AbortController()
    const { signal } = abort
    const own = { events: [] as RoleEvent[], stop: () => abort.abort() }
    loading = own
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        if (attempt > 0) await sleep(backoffMs(attempt, 500, 30_000), signal)
        const { roles, seq } = await read(signal)
        if (signal.aborted) return
        known = { roles: new Map(roles.map((role) => [role.id, role])), seq }
        for (const event of own.events) heard(event)
        loading = undefined
        return show('live')
      } catch (error) {
        if (signal.aborted) return
        if (!(error instanceof RolecallError)) throw error
        // Access was lost: the message that says so is on its way and ends the view.
        if (error.code === 'forbidden' || error.code === 'not_found') {
          loading = undefined
          return
        }
      }
    }
  }

  return {
    view: {
      get snapshot() {
        return store.snapshot
      },
      get status() {
        return store.snapshot.status
      },
      get rows() {
        return store.snapshot.rows
      },
      subscribe: store.subscribe,
      ready,
      get: (role) => known?.roles.get(role),
    },
    read() {
      if (known === undefined && loading === undefined && store.snapshot.status !== 'ended') void load()
    },
    reload() {
      if (store.snapshot.status !== 'ended' && (known !== undefined || loading !== undefined)) void load()
    },
    apply(event) {
      if (!isRelevant(event)) return
      loading?.events.push(event)
      const before = known
      heard(event)
      if (known !== before) show('live')
    },
    end() {
      loading?.stop()
      loading = undefined
      known = undefined
      show('ended')
    },
  }
}

function isRelevant(event: RolecallEvent): event is RoleEvent {
  return relevant.some((type) => type === event.type)
}

function changed(roles: Roles, event: RoleEvent): Roles {
  const next = new Map(roles)
  if (event.type === 'organisation.settings_changed') {
    const developer = roles.get('developer')
    if (developer !== undefined) next.set('developer', { ...developer, ...event.data.developer })
    return next
  }
  if (event.type === 'permissions.declared') {
    for (const { role: id, permissions } of event.data.roles) {
      const role = roles.get(id)
      if (role !== undefined) next.set(id, { ...role, permissions })
    }
    return next
  }
  const { id } = event.data.role
  if (event.type === 'role.deleted') next.delete(id)
  else if (event.type === 'role.created') next.set(id, event.data.role)
  else next.set(id, { id, ...event.data.after, builtIn: false })
  return next
}

const collator = new Intl.Collator('en', { sensitivity: 'base', numeric: true })

function inOrder(roles: Roles | undefined): readonly Role[] {
  const place = ({ id }: Role) => (isBuiltIn(id) ? builtInRoleIds.indexOf(id) : builtInRoleIds.length)
  return [...(roles?.values() ?? [])].sort(
    (a, b) => place(a) - place(b) || collator.compare(a.name, b.name) || (a.id < b.id ? -1 : 1),
  )
}
