/**
 * Who holds which role where. Every change that the feed brings is applied here before anyone sees it, so that what is
 * pushed is always filtered by access as of that place in the order.
 */
import type { RoleId } from '@rolecall/contract'
import type { Log } from '../log/log.ts'
import { within } from '../log/tx.ts'
import type { AccessChange } from './changes.ts'
import type { AccessModels } from './documents.ts'
import { grantsIn } from './grants.ts'
import type { PermissionSet } from './permission-set.ts'

/** What an account holds in an organisation, exact at `seq`. */
export interface Held {
  readonly member: string
  readonly role: RoleId
  readonly permissions: PermissionSet
  readonly seq: number
  /** Position at which the membership began. */
  readonly sinceSeq: number
}

/** A place in the table that is kept exact until it is released. */
export interface Holding {
  /** Undefined where the account holds nothing, and once the table was reset. */
  current(): Held | undefined
  /** False once the table was reset: then it says nothing. */
  isFollowed(): boolean
  /** Kept on for a while, as long as there is room. */
  release(): void
}

export interface Table {
  /** Reads what the account holds in the organisation, and from then on follows the feed. */
  hold(account: string, organisation: string): Promise<Holding>
  /** What is known without reading; undefined says nothing. */
  known(account: string, organisation: string): Held | undefined
  apply(change: AccessChange, seq: number): void
  reset(): void
}

interface Entry {
  pins: number
  held: Omit<Held, 'seq'> | undefined
  seq: number
  /** Changes that came while the entry was being read. */
  missed: { readonly change: AccessChange; readonly seq: number }[] | undefined
  filled: Promise<void>
}

const maxIdle = 10_000

export function createTable({ models, log }: { models: AccessModels; log: Log }): Table {
  const organisations = new Map<string, Map<string, Entry>>()
  /** Entries that nobody holds, the one that was used longest ago first. */
  const idle = new Map<Entry, { readonly account: string; readonly organisation: string }>()

  function release(entry: Entry, account: string, organisation: string): void {
    entry.pins -= 1
    if (entry.pins > 0 || organisations.get(organisation)?.get(account) !== entry) return
    // Outsiders are not remembered: asking for organisations at random would drive out the members.
    if (entry.held === undefined) drop(account, organisation)
    else idle.set(entry, { account, organisation })
    const [oldest] = idle
    if (idle.size <= maxIdle || oldest === undefined) return
    idle.delete(oldest[0])
    drop(oldest[1].account, oldest[1].organisation)
  }

  function drop(account: string, organisation: string): void {
    const members = organisations.get(organisation)
    members?.delete(account)
    if (members?.size === 0) organisations.delete(organisation)
  }

  function applyTo(entry: Entry, change: AccessChange, seq: number): void {
    if (entry.missed !== undefined) {
      entry.missed.push({ change, seq })
      return
    }
    if (seq <= entry.seq) return
    entry.seq = seq
    entry.held = heldAfter(change, seq, entry.held)
    // As in `release`. A lost access that is remembered would also outlast, for as long as the feed lags, its return.
    const owner = entry.held === undefined ? idle.get(entry) : undefined
    if (owner === undefined) return
    idle.delete(entry)
    drop(owner.account, owner.organisation)
  }

  async function fill(entry: Entry, account: string, organisation: string): Promise<void> {
    const { held, seq } = await log.snapshot(async (snapshot) => {
      // Both in any case: the time that it takes does not tell an outsider whether there is such an organisation.
      const membership = await models.memberships
        .findOne({ organisation, 'account.id': account, status: 'active' }, { role: 1, sinceSeq: 1 }, within(snapshot))
        .lean()
      const head = await log.head(snapshot, organisation)
      if (head === undefined) return { held: undefined, seq: Number.POSITIVE_INFINITY }
      return {
        held: membership
          ? {
              member: membership._id,
              role: membership.role,
              permissions: grantsIn(head).permissionsOf(membership.role),
              sinceSeq: membership.sinceSeq,
            }
          : undefined,
        seq: head.seq,
      }
    })
    const missed = entry.missed ?? []
    entry.missed = undefined
    entry.held = held
    entry.seq = seq
    for (const one of missed) applyTo(entry, one.change, one.seq)
    // Read while the log was closed, and reopened meanwhile: what is held now the database knows.
    if (held === undefined && missed.some(({ change }) => change.kind === 'reopened')) drop(account, organisation)
  }

  /** Who was known to hold nothing may hold something again: that is forgotten, and read when it is asked for. */
  function forgetOutsiders(organisation: string, change: AccessChange, seq: number): void {
    for (const [account, entry] of organisations.get(organisation) ?? []) {
      if (entry.missed !== undefined) entry.missed.push({ change, seq })
      else if (entry.held === undefined) {
        idle.delete(entry)
        drop(account, organisation)
      }
    }
  }

  return {
    async hold(account, organisation) {
      const members = organisations.get(organisation) ?? new Map<string, Entry>()
      organisations.set(organisation, members)
      const entry = members.get(account) ?? {
        pins: 0,
        held: undefined,
        seq: 0,
        missed: [],
        filled: Promise.resolve(),
      }
      entry.pins += 1
      idle.delete(entry)
      if (members.get(account) !== entry) {
        // In the table before it is read: what the feed applies meanwhile is kept for it.
        members.set(account, entry)
        entry.filled = fill(entry, account, organisation)
      }
      try {
        await entry.filled
      } catch (error) {
        release(entry, account, organisation)
        throw error
      }
      let isReleased = false
      const isFollowed = () => organisations.get(organisation)?.get(account) === entry
      return {
        isFollowed,
        current: () => (isFollowed() && entry.held ? { ...entry.held, seq: entry.seq } : undefined),
        release() {
          if (isReleased) return
          isReleased = true
          release(entry, account, organisation)
        },
      }
    },
    known(account, organisation) {
      const entry = organisations.get(organisation)?.get(account)
      if (entry?.held === undefined || entry.missed !== undefined) return undefined
      const owner = idle.get(entry)
      if (owner !== undefined) {
        idle.delete(entry)
        idle.set(entry, owner)
      }
      return { ...entry.held, seq: entry.seq }
    },
    apply(change, seq) {
      if (change.kind === 'sessions_ended') return
      const members = organisations.get(change.organisation)
      if (members === undefined) return
      if (change.kind === 'reopened') {
        forgetOutsiders(change.organisation, change, seq)
        return
      }
      if (change.kind === 'closed' || change.kind === 'roles_changed') {
        for (const entry of members.values()) applyTo(entry, change, seq)
        return
      }
      const entry = members.get(change.account)
      if (entry !== undefined) applyTo(entry, change, seq)
    },
    reset() {
      organisations.clear()
      idle.clear()
    },
  }
}

function heldAfter(change: AccessChange, seq: number, held: Entry['held']): Entry['held'] {
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
