/** What one account or API key holds in an organisation: read once, and from then on led on by the log's changes. */
import type { RoleId } from '@rolecall/contract'
import type { Log } from '../log/log.ts'
import { type Snapshot, within } from '../log/tx.ts'
import type { AccessChange } from './changes.ts'
import type { AccessModels } from './documents.ts'
import { type Grants, grantsIn } from './grants.ts'
import { isKeyId, type KeyState, type KeyTimes, permittedTo, stateAfter, stateOf } from './key-access.ts'
import type { PermissionSet } from './permission-set.ts'

/** What is held, as of one place in the log. */
export interface HeldThen {
  /** The membership, or the API key. */
  readonly member: string
  readonly role: RoleId
  readonly permissions: PermissionSet
  /** Position at which the membership began; of a key, at which it or its issuer's membership did, whichever is later. */
  readonly sinceSeq: number
  /** Of a key: until when which of its secrets are accepted. */
  readonly times?: KeyTimes
}

/** `held` is undefined for who holds nothing. A key keeps its `state` then, since its issuer may get back what was lost. */
export interface Holder {
  readonly held: HeldThen | undefined
  readonly state?: KeyState | undefined
  readonly sinceSeq?: number
}

const nobody: Holder = { held: undefined }

/** Reads it with the position at which it is exact: infinite where there is no such open log. */
export function readHolder(
  { models, log }: { readonly models: AccessModels; readonly log: Pick<Log, 'snapshot' | 'head'> },
  id: string,
  organisation: string,
): Promise<{ readonly holder: Holder; readonly seq: number }> {
  return log.snapshot(async (snapshot) => {
    const find = isKeyId(id) ? findKey : findMember
    // Both in any case: the time that it takes does not tell an outsider whether there is such an organisation.
    const found = await find(models, snapshot, id, organisation)
    const head = await log.head(snapshot, organisation)
    if (head === undefined) return { holder: nobody, seq: Number.POSITIVE_INFINITY }
    return { holder: found(grantsIn(head)), seq: head.seq }
  })
}

type Found = (grants: Grants) => Holder

async function findMember(
  { memberships }: AccessModels,
  snapshot: Snapshot,
  account: string,
  organisation: string,
): Promise<Found> {
  const found = await memberships
    .findOne({ organisation, 'account.id': account, status: 'active' }, { role: 1, sinceSeq: 1 }, within(snapshot))
    .lean()
  if (found === null) return () => nobody
  const { _id: member, role, sinceSeq } = found
  return (grants) => ({ held: { member, role, permissions: grants.permissionsOf(role), sinceSeq } })
}

async function findKey(
  { apiKeys, memberships }: AccessModels,
  snapshot: Snapshot,
  id: string,
  organisation: string,
): Promise<Found> {
  const key = await apiKeys.findOne({ _id: id, organisation }, null, within(snapshot)).lean()
  if (key === null) return () => nobody
  const issuer = await memberships
    .findOne(
      { organisation, 'account.id': key.issuer.id, status: 'active' },
      { role: 1, sinceSeq: 1 },
      within(snapshot),
    )
    .lean()
  const sinceSeq = Math.max(key.sinceSeq, issuer?.sinceSeq ?? 0)
  return (grants) => keyHolder(id, stateOf(key, issuer, grants), sinceSeq)
}

function keyHolder(member: string, state: KeyState, sinceSeq: number): Holder {
  const permissions = permittedTo(state)
  const { generation, formerUntil, expiresAt } = state
  const times = { generation, formerUntil, expiresAt }
  return { state, sinceSeq, held: permissions && { member, role: state.role.role, permissions, sinceSeq, times } }
}

export function holderAfter(holder: Holder, id: string, change: AccessChange, seq: number): Holder {
  if (!isKeyId(id)) return { held: heldAfter(change, seq, holder.held) }
  const state = holder.state && stateAfter(change, id, holder.state)
  if (state === holder.state) return holder
  if (state === undefined) return nobody
  const hasReturned = change.kind === 'granted' && holder.state?.issuerHolds === undefined
  return keyHolder(id, state, hasReturned ? seq : (holder.sinceSeq ?? seq))
}

function heldAfter(change: AccessChange, seq: number, held: HeldThen | undefined): HeldThen | undefined {
  switch (change.kind) {
    case 'granted': {
      const { member, role, permissions } = change
      return { member, role, permissions, sinceSeq: held?.sinceSeq ?? seq }
    }
    case 'reopened':
      return held
    case 'roles_changed': {
      const changed = change.roles.find(({ role }) => role === held?.role)
      return held && changed ? { ...held, role: changed.becomes, permissions: changed.permissions } : held
    }
    default:
      return undefined
  }
}
