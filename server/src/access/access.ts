/**
 * Who may do this, asked at the only moment that counts: in the same transaction, or the same snapshot, as what is
 * done. Handlers hand over their call, which carries the permission, and cannot forget it.
 */
import { type Permission, problem, type RoleId } from '@rolecall/contract'
import type { Clock } from '../clock.ts'
import type { HeadDocument } from '../log/documents.ts'
import type { Idempotency } from '../log/idempotency.ts'
import type { Log } from '../log/log.ts'
import type { Changed, Snapshot, Tx } from '../log/tx.ts'
import { createAsking } from './asking.ts'
import type { AccessModels } from './documents.ts'
import { grantsIn } from './grants.ts'
import { isAccepted } from './key-access.ts'
import type { Me } from './me.ts'
import type { PermissionSet } from './permission-set.ts'
import { type CountSockets, createPreview, type FindWebhooks } from './preview.ts'
import type { AnyPrincipal, Caller, KeyPrincipal } from './principal.ts'
import { createSelfCheck, type Self, type SelfCall, sessionEnded } from './self.ts'
import type { SessionTable } from './session-table.ts'
import type { Held, Table } from './table.ts'

export interface OrganisationCall {
  readonly principal: Caller
  readonly params: { readonly organisation: string; readonly member?: string }
  readonly permission: Permission
  readonly idempotency?: Idempotency | undefined
  /** Only asked what would happen: everything is done as it would be, told as a preview, and undone. */
  readonly dryRun?: boolean | undefined
}

/** A read asks everything anew, so that programs with tokens may make one too. */
export type OrganisationRead = Omit<OrganisationCall, 'principal'> & { readonly principal: AnyPrincipal }

/** What a caller holds. */
export interface Checked {
  /** The membership, or the API key. */
  readonly member: string
  readonly role: RoleId
  readonly permissions: PermissionSet
}

export interface Positioned<Value> {
  readonly body: Value
  /** Position of the log in the snapshot that was read. */
  readonly seq: number
}

export interface Access {
  /** Changes an organisation’s data. Throws `unauthenticated`, `not_found` to outsiders, `forbidden`. */
  changeOrganisation<Value>(
    call: OrganisationCall,
    closure: (tx: Tx, me: Me, organisation: string) => Promise<Value>,
  ): Promise<Changed<Value>>
  /**
   * Changes an organisation that may have been deleted, asking what its members held then. The closure reopens the log.
   * Throws as `changeOrganisation` does.
   */
  changeDeletedOrganisation<Value>(
    call: OrganisationCall,
    closure: (tx: Tx, me: Me, organisation: string) => Promise<Value>,
  ): Promise<Changed<Value>>
  /** Changes what belongs to the caller’s account; `also` names further logs to lock, `create` logs that begin. */
  changeAccount<Value>(
    call: SelfCall,
    closure: (tx: Tx, me: Self) => Promise<Value>,
    options?: { readonly also?: readonly string[]; readonly create?: readonly string[] },
  ): Promise<Changed<Value>>
  /**
   * Changes an organisation’s data in the name of somebody who need not be a member, and asks no permission: for those
   * whom it has invited. The caller has seen before that they are, so that nobody else queues on the organisation.
   */
  changeAsGuest<Value>(
    call: SelfCall,
    organisation: string,
    closure: (tx: Tx, me: Self) => Promise<Value>,
  ): Promise<Changed<Value>>
  /**
   * Answers from memory whether the caller may, with what they hold, as long as the feed is known to be fresh. For
   * whoever asks nothing else: data are read by `readOrganisation`, in the snapshot in which access is asked.
   */
  check(call: OrganisationCall): Promise<Positioned<Checked>>
  readOrganisation<Value>(
    call: OrganisationRead,
    read: (snapshot: Snapshot, me: Me) => Promise<Value>,
  ): Promise<Positioned<Value>>
  readAccount<Value>(call: SelfCall, read: (snapshot: Snapshot, me: Self) => Promise<Value>): Promise<Positioned<Value>>
}

export function createAccess({
  models,
  log,
  table,
  sessions,
  noteUse,
  now,
  isFresh,
  socketsOf,
  webhooksOf,
}: {
  models: AccessModels
  log: Log
  table: Table
  sessions: SessionTable
  /** Hears of each use of an API key. */
  noteUse: (key: string) => void
  now: Clock
  /** Whether table and sessions follow the log closely at the moment. */
  isFresh: () => boolean
  socketsOf: CountSockets
  webhooksOf: FindWebhooks
}): Access {
  const previewOf = createPreview({ models, log, socketsOf, webhooksOf })

  const { checkSession, authoriseSelf } = createSelfCheck(models)

  const asking = createAsking({ models, checkSession, noteUse, now })

  function authorised(me: Me, needed: Permission): Me {
    checkPermission(me.permissions, needed)
    return me
  }

  async function openHead(
    id: string,
    snapshot: Snapshot,
    options?: { readonly evenClosed?: boolean },
  ): Promise<HeadDocument> {
    const head = await log.head(snapshot, id, options)
    if (head === undefined) throw problem('not_found')
    return head
  }

  async function check(call: OrganisationCall): Promise<Positioned<Checked>> {
    const { principal, params, permission } = call
    const held = isFresh() ? await remembered(principal, params.organisation) : undefined
    // What memory does not know the database decides.
    if (held === undefined) {
      return readOrganisation(call, async (_snapshot, { _id, role, permissions }) => ({
        member: _id,
        role,
        permissions,
      }))
    }
    checkPermission(held.permissions, permission)
    return { body: held, seq: held.seq }
  }

  async function remembered(principal: Caller, organisation: string): Promise<Held | undefined> {
    if (principal.kind === 'key') return rememberedOfKey(principal, organisation)
    if (!(await sessions.isOpen(principal))) throw sessionEnded()
    const known = table.known(principal.account, organisation)
    if (known !== undefined) return known
    const holding = await table.hold(principal.account, organisation)
    const held = holding.current()
    const isOutsider = held === undefined && holding.isFollowed()
    holding.release()
    if (isOutsider) throw problem('not_found')
    return held
  }

  /** Where a key may do nothing, the database says why. */
  async function rememberedOfKey(
    { account, organisation, generation }: KeyPrincipal,
    asked: string,
  ): Promise<Held | undefined> {
    if (asked !== organisation) return undefined
    let held = table.known(account, organisation)
    if (held === undefined) {
      const holding = await table.hold(account, organisation)
      held = holding.current()
      holding.release()
    }
    if (held?.times === undefined || !isAccepted(held.times, generation, now())) return undefined
    noteUse(account)
    return held
  }

  function readOrganisation<Value>(
    call: OrganisationRead,
    read: (snapshot: Snapshot, me: Me) => Promise<Value>,
    options: { readonly evenClosed?: boolean } = {},
  ): Promise<Positioned<Value>> {
    return log.snapshot(async (snapshot) => {
      const asks = await asking.find(call, snapshot)
      const head = await openHead(call.params.organisation, snapshot, options)
      const me = authorised(asks(grantsIn(head)), call.permission)
      return { body: await read(snapshot, me), seq: head.seq }
    })
  }

  return {
    async changeOrganisation(call, closure) {
      const { organisation } = call.params
      // Before the queue: an outsider neither waits with the members nor learns from the time that it took.
      const { body } = await check(call)
      const { idempotency, dryRun = false } = call
      const authorise = async (tx: Tx) => {
        const asks = await asking.findInChange(call, body.member, tx)
        return authorised(asks(grantsIn(log.locked(tx, organisation))), call.permission)
      }
      if (!dryRun) {
        return log.change({ logs: [organisation], idempotency }, authorise, (tx, me) => closure(tx, me, organisation))
      }
      const rehearsed = await log.change({ logs: [organisation], dryRun }, authorise, async (tx, me) => ({
        body: await closure(tx, me, organisation),
        preview: await previewOf(tx, me),
      }))
      return { ...rehearsed.body, seq: rehearsed.seq }
    },
    async changeDeletedOrganisation(call, closure) {
      const { organisation } = call.params
      const evenClosed = true
      // As above, from the database: memory knows nothing of what is closed.
      await readOrganisation(call, async () => undefined, { evenClosed })
      return log.change(
        { logs: [organisation], evenClosed, idempotency: call.idempotency },
        async (tx) => {
          const asks = await asking.find(call, tx)
          return authorised(asks(grantsIn(log.locked(tx, organisation))), call.permission)
        },
        (tx, me) => closure(tx, me, organisation),
      )
    },
    async changeAccount(call, closure, { also = [], create = [] } = {}) {
      if (!(await sessions.isOpen(call.principal))) throw sessionEnded()
      return log.change(
        { logs: [call.principal.account, ...also], create, idempotency: call.idempotency },
        (tx) => authoriseSelf(call, tx),
        closure,
      )
    },
    async changeAsGuest(call, organisation, closure) {
      if (!(await sessions.isOpen(call.principal))) throw sessionEnded()
      return log.change(
        { logs: [organisation], idempotency: call.idempotency },
        (tx) => authoriseSelf(call, tx),
        closure,
      )
    },
    check,
    readOrganisation: (call, read) => readOrganisation(call, read),
    readAccount: (call, read) =>
      log.snapshot(async (snapshot) => {
        const me = await authoriseSelf(call, snapshot)
        const { seq } = await openHead(call.principal.account, snapshot)
        return { body: await read(snapshot, me), seq }
      }),
  }
}

function checkPermission(held: PermissionSet, permission: Permission): void {
  if (held.has(permission)) return
  throw problem('forbidden', { detail: `This needs the permission ${permission}, which your role does not have.` })
}
