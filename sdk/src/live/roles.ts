import {
  builtInRoleIds,
  type EventOfType,
  isBuiltIn,
  type Role,
  type RolecallEvent,
  type RoleId,
} from '@rolecall/contract'
import { isLost, retrying } from './retrying.ts'
import { createRowsView, type RowsSnapshot, type RowsView } from './rows-view.ts'

type RolesStatus = 'loading' | 'live' | 'ended'
/** The built-in ones, then the organisation’s own by name. */
export type RolesSnapshot = RowsSnapshot<Role, RolesStatus>
export type RolesView = RowsView<Role, RolesStatus>

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
  let known: { readonly roles: Roles; readonly seq: number } | undefined
  let loading: { readonly events: RoleEvent[]; stop(): void } | undefined
  const { view, show: showRows } = createRowsView<Role, RolesStatus>()

  const show = (status: RolesStatus) => showRows(status, inOrder(known?.roles))

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
    const found = await retrying(signal, isLost, () => read(signal))
    if (signal.aborted) return
    loading = undefined
    // Access was lost: the message that says so is on its way and ends the view.
    if (found === undefined) return
    known = { roles: new Map(found.roles.map((role) => [role.id, role])), seq: found.seq }
    for (const event of own.events) heard(event)
    show('live')
  }

  return {
    view,
    read() {
      if (known === undefined && loading === undefined && view.status !== 'ended') void load()
    },
    reload() {
      if (view.status !== 'ended' && (known !== undefined || loading !== undefined)) void load()
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
