/**
 * What a change that is being made takes from people and gives them, for whoever asks beforehand. It looks inside and
 * outside of the transaction: outside everything is as it was, and the lock on the log's head keeps it so.
 */
import type { AnyPermission, EventData, Preview, RoleId } from '@rolecall/contract'
import { trusted } from 'mongoose'
import type { Log } from '../log/log.ts'
import { type PendingEvent, type Tx, within } from '../log/tx.ts'
import { type AccessChange, accessChangeOf } from './changes.ts'
import type { AccessModels, MembershipDocument } from './documents.ts'
import { type Grants, grantsIn } from './grants.ts'
import { narrowedKeys } from './issued-keys.ts'
import type { Me } from './me.ts'

/** How many connections to this node follow an organisation for an account. */
export type CountSockets = (organisation: string, account: string) => number

export interface OwnedWebhook {
  readonly id: string
  readonly url: string
  readonly owner: string
}

/** The enabled webhooks of an organisation that these accounts own. */
export type FindWebhooks = (
  tx: Tx,
  organisation: string,
  accounts: readonly string[],
) => Promise<readonly OwnedWebhook[]>

/** `me`: as of before the change. */
export type PreviewOf = (tx: Tx, me: Me) => Promise<Preview>

/** Of an account: name, role and what is permitted. */
interface Held {
  readonly name: string
  /** Undefined while it is suspended. */
  readonly role: RoleId | undefined
  readonly permissions: readonly AnyPermission[]
}

const maxShown = 100

export function createPreview({
  models: { memberships, apiKeys },
  log,
  socketsOf,
  webhooksOf,
}: {
  models: Pick<AccessModels, 'memberships' | 'apiKeys'>
  log: Pick<Log, 'pending' | 'locked'>
  socketsOf: CountSockets
  webhooksOf: FindWebhooks
}): PreviewOf {
  async function held(
    filter: object,
    organisation: string,
    { grants, tx, limit = 0 }: { grants: Grants; tx?: Tx; limit?: number },
  ): Promise<Map<string, Held>> {
    const found = await memberships
      .find({ organisation, ...filter }, { account: 1, role: 1, status: 1 }, within(tx))
      .sort({ _id: 1 })
      .limit(limit)
      .lean()
    return new Map(found.map((membership) => [membership.account.id, heldBy(membership, grants)]))
  }

  /** Whom the changes are about: some by name, or all who hold a role, or everybody. */
  function filterOf(changes: readonly AccessChange[]): { readonly filter: object; readonly isMany: boolean } {
    const all = changes.find(({ kind }) => kind === 'closed')
    if (all !== undefined) return { filter: { status: 'active' }, isMany: true }
    const ofRoles = changes.find((change) => change.kind === 'roles_changed')
    if (ofRoles !== undefined) {
      const roles = ofRoles.roles.map(({ role }) => role)
      return { filter: { status: 'active', role: trusted({ $in: roles }) }, isMany: true }
    }
    const accounts = changes.flatMap((change) => ('account' in change ? [change.account] : []))
    return { filter: named(accounts), isMany: false }
  }

  return async (tx, { organisation, grants, permissions: own }) => {
    const events = log.pending(tx).filter((event) => event.log === organisation)
    const changes = events.flatMap((event) => accessChangeOf(event) ?? [])
    const { filter, isMany } = filterOf(changes)
    const grantsAfter = grantsIn(log.locked(tx, organisation))
    const isClosed = changes.some(({ kind }) => kind === 'closed')
    const seesKeys = own.has('apikey:manage') && !isClosed
    // A role that is another one can end or narrow what has been given by people who do not hold it.
    const givers = [
      ...cancelledIn(events).map(({ inviter }) => inviter),
      ...(seesKeys ? await apiKeys.distinct('issuer.id', { organisation }) : []),
    ]
    // They come first: of the many who hold a role each loses the same, so that one fewer of them is named.
    const before = new Map([
      ...(await held(named(givers), organisation, { grants })),
      ...(await held(filter, organisation, { grants, limit: maxShown })),
    ])
    const concerning = named([...before.keys(), ...addedIn(changes)])
    const after = isClosed ? new Map<string, Held>() : await held(concerning, organisation, { grants: grantsAfter, tx })
    const accounts = [...new Set([...before.keys(), ...after.keys()])]
    const differences = accounts.map((id) => {
      const [former, next] = [before.get(id), after.get(id)]
      return {
        account: { id, name: (next ?? former)?.name ?? '' },
        lost: without(former, next),
        gained: without(next, former),
      }
    })
    const gainers = differences.filter(({ gained }) => gained.length > 0)
    const issuers = accounts.map((id) => ({ account: id, before: before.get(id)?.role, after: after.get(id)?.role }))
    const keys = await narrowedKeys({ apiKeys }, tx, organisation, {
      issuers: seesKeys ? issuers : [],
      before: grants,
      after: grantsAfter,
    })
    const keysOf = (account: string) => keys.filter(({ issuer }) => issuer.id === account)
    const invitationsOf = (account: string) => cancelledIn(events).filter(({ inviter }) => inviter === account)
    const losers = differences.filter(
      ({ account, lost }) => lost.length + keysOf(account.id).length + invitationsOf(account.id).length > 0,
    )
    // With a deleted organisation they rest, and are nobody's to adopt.
    const paused = isClosed ? [] : await webhooksOf(tx, organisation, losers.filter(losesWebhooks).map(idOf))
    // Where a role or the organisation changes, it is the same for all whom it concerns.
    const concerned = isMany ? await memberships.countDocuments({ organisation, ...filter }) : undefined
    const deprived = losers.filter(({ lost }) => lost.length > 0).length
    return {
      dryRun: true,
      events: events.map(({ type, data }) => ({ type, data })),
      loses: losers.slice(0, maxShown).map(({ account, lost }) => ({
        account,
        permissions: lost,
        sockets: socketsOf(organisation, account.id),
        invitations: invitationsOf(account.id).map(({ id, email }) => ({ id, email })),
        keys: keysOf(account.id).map(({ _id, name }) => ({ id: _id, name })),
        // Whoever can take `webhook:manage` from somebody holds it, and may see where they lead.
        webhooks: paused.filter(({ owner }) => owner === account.id).map(({ id, url }) => ({ id, url })),
      })),
      losing: losers.length - deprived + (deprived === 0 ? 0 : (concerned ?? deprived)),
      gains: gainers.slice(0, maxShown).map(({ account, gained }) => ({ account, permissions: gained })),
      gaining: gainers.length === 0 ? 0 : (concerned ?? gainers.length),
    }
  }
}

function heldBy(
  { account, role, status }: Pick<MembershipDocument, 'account' | 'role' | 'status'>,
  grants: Grants,
): Held {
  if (status !== 'active') return { name: account.name, role: undefined, permissions: [] }
  return { name: account.name, role, permissions: grants.permissionsOf(role).list }
}

const without = (held: Held | undefined, other: Held | undefined): AnyPermission[] =>
  (held?.permissions ?? []).filter((permission) => other?.permissions.includes(permission) !== true)

interface Loser {
  readonly account: { readonly id: string }
  readonly lost: readonly AnyPermission[]
}
const losesWebhooks = ({ lost }: Loser): boolean => lost.includes('webhook:manage')
const named = (accounts: readonly string[]) => ({ 'account.id': trusted({ $in: [...new Set(accounts)] }) })
const idOf = ({ account }: Loser): string => account.id

const addedIn = (changes: readonly AccessChange[]): string[] =>
  changes.flatMap((change) => (change.kind === 'granted' ? [change.account] : []))

/** The invitations that the change cancels. */
function cancelledIn(events: readonly PendingEvent[]) {
  return events.flatMap(({ type, data }) => {
    if (type !== 'invitation.revoked') return []
    const { id, email, inviter } = data.invitation as EventData<'invitation.revoked'>['invitation']
    return [{ id, email, inviter: inviter.id }]
  })
}
