import { problem } from '@rolecall/contract'
import type { Clock } from '../clock.ts'
import { driverCollection } from '../database/driver-collection.ts'
import { type Snapshot, type Tx, within } from '../log/tx.ts'
import type { AccessModels, MembershipDocument } from './documents.ts'
import type { Grants } from './grants.ts'
import { isAccepted, timesOf } from './key-access.ts'
import { asKey, asMember, keyEnded, type Me } from './me.ts'
import type { AnyPrincipal, Caller, KeyPrincipal } from './principal.ts'
import type { CheckSession } from './self.ts'

interface Call<Who extends AnyPrincipal> {
  readonly principal: Who
  readonly params: { readonly organisation: string; readonly member?: string }
}

/** Whoever asks, once what the roles permit is known. */
type Asking = (grants: Grants) => Me

/** Finds who asks in an organisation. Throws `unauthenticated`, and `not_found` to outsiders. */
export function createAsking({
  models,
  checkSession,
  noteUse,
  now,
}: {
  models: AccessModels
  checkSession: CheckSession
  /** Hears of each use of an API key. */
  noteUse: (key: string) => void
  now: Clock
}) {
  const memberships = driverCollection(models.memberships)
  const apiKeys = driverCollection(models.apiKeys)

  async function findMembership({ principal, params }: Call<AnyPrincipal>, snapshot: Snapshot) {
    const wanted = { organisation: params.organisation, 'account.id': principal.account, status: 'active' } as const
    const membership = await memberships.findOne(wanted, within(snapshot))
    if (membership === null) throw problem('not_found')
    return membership
  }

  async function findKey({ principal, params }: Call<KeyPrincipal>, snapshot: Snapshot): Promise<Asking> {
    const { account: id, organisation } = principal
    const key = await apiKeys.findOne({ _id: id, organisation }, within(snapshot))
    if (key === null || !isAccepted(timesOf(key), principal.generation, now())) throw keyEnded()
    noteUse(id)
    if (params.organisation !== organisation) throw problem('not_found')
    const wanted = { organisation, 'account.id': key.issuer.id, status: 'active' } as const
    const issuer = await memberships.findOne(wanted, within(snapshot))
    return (grants) => asKey({ key, issuer }, grants)
  }

  async function find(call: Call<AnyPrincipal>, snapshot: Snapshot): Promise<Asking> {
    const { principal, params } = call
    if (principal.kind === 'key') return findKey({ principal, params }, snapshot)
    await checkSession(principal, snapshot)
    const membership = await findMembership(call, snapshot)
    return (grants) => asMember(membership, grants)
  }

  const existing = (found: readonly MembershipDocument[], member: string | undefined) =>
    found.find(({ _id, status }) => _id === member && status !== 'gone')

  return {
    find,
    /** The same in a change, with the membership that the request names. A member’s own, whose id is known, by one query. */
    async findInChange(call: Call<Caller>, own: string, tx: Tx): Promise<Asking> {
      const { principal, params } = call
      const { organisation, member = own } = params
      if (principal.kind === 'key') {
        const asking = await findKey({ principal, params }, tx)
        const found = await memberships.find({ _id: member, organisation }, within(tx)).toArray()
        return (grants) => ({ ...asking(grants), named: existing(found, member) })
      }
      await checkSession(principal, tx)
      const found = await memberships.find({ _id: { $in: [own, member] }, organisation }, within(tx)).toArray()
      const known = found.find(
        ({ _id, account, status }) => _id === own && account.id === principal.account && status === 'active',
      )
      // Who was removed and added again meanwhile has another one.
      const mine = known ?? (await findMembership(call, tx))
      return (grants) => ({ ...asMember(mine, grants), named: existing(found, member) })
    },
  }
}
