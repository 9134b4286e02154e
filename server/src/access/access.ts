/**
 * Who may do this, asked at the only moment that counts: in the same transaction, or the same snapshot, as what is
 * done. Handlers hand over their call, which carries the permission, and cannot forget it.
 */
import { type Permission, problem, type RoleId } from '@rolecall/contract'
import { driverCollection } from '../database/driver-collection.ts'
import type { HeadDocument } from '../log/documents.ts'
import type { Idempotency } from '../log/idempotency.ts'
import type { Log } from '../log/log.ts'
import { type Actor, type Changed, type Snapshot, type Tx, within } from '../log/tx.ts'
import type { AccessModels, MembershipDocument } from './documents.ts'
import { type Grants, grantsIn } from './grants.ts'
import type { PermissionSet } from './permission-set.ts'
import { type CountSockets, createPreview, type FindWebhooks } from './preview.ts'
import type { AnyPrincipal, Principal } from './principal.ts'
import { createSelfCheck, type Self, type SelfCall, sessionEnded } from './self.ts'
import type { SessionTable } from './session-table.ts'
import type { Held, Table } from './table.ts'

export interface OrganisationCall {
  readonly principal: Principal
  readonly params: { readonly organisation: string; readonly member?: string }
  readonly permission: Permission
  readonly idempotency?: Idempotency | undefined
  /** Only asked what would happen: everything is done as it would be, told as a preview, and undone. */
  readonly dryRun?: boolean | undefined
}

/** A read asks everything anew, so that programs with tokens may make one too. */
export type OrganisationRead = Omit<OrganisationCall, 'principal'> & { readonly principal: AnyPrincipal }

/** The caller’s membership with what it permits, as of the transaction or snapshot. */
export type Me = MembershipDocument & {
  readonly actor: Actor
  readonly permissions: PermissionSet
  /** What all roles of the organisation permit. */
  readonly grants: Grants
  /** In a change: the membership that the path names, the caller’s own where it names none. */
  readonly named?: MembershipDocument | undefined
}

/** What a caller holds. */
export interface Checked {
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
  isFresh,
  socketsOf,
  webhooksOf,
}: {
  models: AccessModels
  log: Log
  table: Table
  sessions: SessionTable
  /** Whether table and sessions follow the log closely at the moment. */
  isFresh: () => boolean
  socketsOf: CountSockets
  webhooksOf: FindWebhooks
}): Access {
  const memberships = driverCollection(models.memberships)
  const previewOf = createPreview({ models, log, socketsOf, webhooksOf })

  const { checkSession, authoriseSelf } = createSelfCheck(models)

  async function findMembership({ principal, params }: OrganisationRead, snapshot: Snapshot) {
    const { organisation } = params
    const membership = await memberships.findOne(
      { organisation, 'account.id': principal.account, status: 'active' },
      within(snapshot),
    )
    if (membership === null) throw problem('not_found')
    return membership
  }

  /** The caller’s membership, whose id is known, and the one that the request names, by one query. */
  async function findMemberships(call: OrganisationCall, own: string, tx: Tx) {
    const { organisation, member = own } = call.params
    const found = await memberships.find({ _id: { $in: [own, member] }, organisation }, within(tx)).toArray()
    const mine = found.find(
      ({ _id, account, status }) => _id === own && account.id === call.principal.account && status === 'active',
    )
    const named = found.find(({ _id, status }) => _id === member && status !== 'gone')
    // Who was removed and added again meanwhile has another one.
    return { mine: mine ?? (await findMembership(call, tx)), named }
  }

  function authorised(membership: MembershipDocument, head: HeadDocument, needed: Permission): Me {
    const grants = grantsIn(head)
    const permissions = grants.permissionsOf(membership.role)
    checkPermission(permissions, needed)
    const { id, name } = membership.account
    return { ...membership, actor: { kind: 'account', id, name }, permissions, grants }
  }

  async function authorise(call: OrganisationCall, tx: Tx): Promise<Me> {
    await checkSession(call.principal, tx)
    return authorised(await findMembership(call, tx), log.locked(tx, call.params.organisation), call.permission)
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

  async function remembered(principal: Principal, organisation: string): Promise<Held | undefined> {
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

  function readOrganisation<Value>(
    call: OrganisationRead,
    read: (snapshot: Snapshot, me: Me) => Promise<Value>,
    options: { readonly evenClosed?: boolean } = {},
  ): Promise<Positioned<Value>> {
    return log.snapshot(async (snapshot) => {
      await checkSession(call.principal, snapshot)
      const membership = await findMembership(call, snapshot)
      const head = await openHead(call.params.organisation, snapshot, options)
      const me = authorised(membership, head, call.permission)
      return { body: await read(snapshot, me), seq: head.seq }
    })
  }

  return {
    async changeOrganisation(call, closure) {
      const { organisation } = call.params
      // Before the queue: an outsider neither waits with the members nor learns from the time that it took.
      const { body } = await check(call)
      const { idempotency, dryRun = false } = call
      const asMember = async (tx: Tx) => {
        await checkSession(call.principal, tx)
        const { mine, named } = await findMemberships(call, body.member, tx)
        return { ...authorised(mine, log.locked(tx, organisation), call.permission), named }
      }
      if (!dryRun) {
        return log.change({ logs: [organisation], idempotency }, asMember, (tx, me) => closure(tx, me, organisation))
      }
      const rehearsed = await log.change({ logs: [organisation], dryRun }, asMember, async (tx, me) => ({
        body: await closure(tx, me, organisation),
        preview: await previewOf(tx, organisation, me.grants),
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
        (tx) => authorise(call, tx),
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
