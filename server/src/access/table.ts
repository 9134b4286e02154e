/**
 * Who holds which role where: accounts, and API keys by their ids. Every change that the feed brings is applied here
 * before anyone sees it, so that what is pushed is always filtered by access as of that place in the order.
 */
import type { Log } from '../log/log.ts'
import type { AccessChange } from './changes.ts'
import type { AccessModels } from './documents.ts'
import { type HeldThen, type Holder, holderAfter, readHolder } from './holder.ts'
import { isKeyId } from './key-access.ts'

/** What an account or an API key holds in an organisation, exact at `seq`. */
export interface Held extends HeldThen {
  readonly seq: number
}

/** A key that is known here may do something else from this place on: because of itself, of its issuer, or of a role. */
export interface KeyChange {
  readonly key: string
  readonly before: HeldThen | undefined
  readonly after: HeldThen | undefined
}

/** A place in the table that is kept exact until it is released. */
export interface Holding {
  /** Undefined where the account holds nothing, and once the table was reset. */
  current(): Held | undefined
  /** False once the table was reset: then it says nothing. */
  isFollowed(): boolean
  /** Whether it is a key that is there, and may do nothing because of its issuer. */
  isPaused(): boolean
  /** Kept on for a while, as long as there is room. */
  release(): void
}

export interface Table {
  /** Reads what the account holds in the organisation, and from then on follows the feed. */
  hold(account: string, organisation: string): Promise<Holding>
  /** What is known without reading; undefined says nothing. */
  known(account: string, organisation: string): Held | undefined
  /** Answers what it changes for keys. */
  apply(change: AccessChange, seq: number): readonly KeyChange[]
  reset(): void
}

interface Entry {
  pins: number
  holder: Holder
  seq: number
  /** Changes that came while the entry was being read. */
  missed: { readonly change: AccessChange; readonly seq: number }[] | undefined
  filled: Promise<void>
}

const maxIdle = 10_000

export function createTable({ models, log }: { models: AccessModels; log: Log }): Table {
  const organisations = new Map<string, Map<string, Entry>>()
  /** Which of them are keys: they hang on what others hold. */
  const keys = new Map<string, Set<string>>()
  /** Entries that nobody holds, the one that was used longest ago first. */
  const idle = new Map<Entry, { readonly account: string; readonly organisation: string }>()

  function release(entry: Entry, account: string, organisation: string): void {
    entry.pins -= 1
    if (entry.pins > 0 || organisations.get(organisation)?.get(account) !== entry) return
    // Outsiders are not remembered: asking for organisations at random would drive out the members.
    if (entry.holder.held === undefined) drop(account, organisation)
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
    const known = keys.get(organisation)
    known?.delete(account)
    if (known?.size === 0) keys.delete(organisation)
  }

  function applyTo(entry: Entry, account: string, change: AccessChange, seq: number): void {
    if (entry.missed !== undefined) {
      entry.missed.push({ change, seq })
      return
    }
    if (seq <= entry.seq) return
    entry.seq = seq
    entry.holder = holderAfter(entry.holder, account, change, seq)
    // As in `release`. A lost access that is remembered would also outlast, for as long as the feed lags, its return.
    const owner = entry.holder.held === undefined ? idle.get(entry) : undefined
    if (owner === undefined) return
    idle.delete(entry)
    drop(owner.account, owner.organisation)
  }

  async function fill(entry: Entry, account: string, organisation: string): Promise<void> {
    const { holder, seq } = await readHolder({ models, log }, account, organisation)
    const missed = entry.missed ?? []
    entry.missed = undefined
    entry.holder = holder
    entry.seq = seq
    for (const one of missed) applyTo(entry, account, one.change, one.seq)
    // Read while the log was closed, and reopened meanwhile: what is held now the database knows.
    if (holder.held === undefined && missed.some(({ change }) => change.kind === 'reopened')) {
      drop(account, organisation)
    }
  }

  /** Keys hang on their issuers and on roles: each change of the organisation may be theirs. */
  function applyToKeys(organisation: string, change: AccessChange, seq: number): KeyChange[] {
    const members = organisations.get(organisation)
    return [...(keys.get(organisation) ?? [])].flatMap((key) => {
      const entry = members?.get(key)
      if (entry === undefined) return []
      const before = entry.holder.held
      applyTo(entry, key, change, seq)
      const after = entry.holder.held
      return after === before ? [] : [{ key, before, after }]
    })
  }

  /** Who was known to hold nothing may hold something again: that is forgotten, and read when it is asked for. */
  function forgetOutsiders(organisation: string, change: AccessChange, seq: number): void {
    for (const [account, entry] of organisations.get(organisation) ?? []) {
      if (entry.missed !== undefined) entry.missed.push({ change, seq })
      else if (entry.holder.held === undefined) {
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
        holder: { held: undefined },
        seq: 0,
        missed: [],
        filled: Promise.resolve(),
      }
      entry.pins += 1
      idle.delete(entry)
      if (members.get(account) !== entry) {
        // In the table before it is read: what the feed applies meanwhile is kept for it.
        members.set(account, entry)
        if (isKeyId(account)) keys.set(organisation, (keys.get(organisation) ?? new Set()).add(account))
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
        isPaused: () => isFollowed() && entry.holder.held === undefined && entry.holder.state !== undefined,
        current: () => (isFollowed() && entry.holder.held ? { ...entry.holder.held, seq: entry.seq } : undefined),
        release() {
          if (isReleased) return
          isReleased = true
          release(entry, account, organisation)
        },
      }
    },
    known(account, organisation) {
      const entry = organisations.get(organisation)?.get(account)
      if (entry?.holder.held === undefined || entry.missed !== undefined) return undefined
      const owner = idle.get(entry)
      if (owner !== undefined) {
        idle.delete(entry)
        idle.set(entry, owner)
      }
      return { ...entry.holder.held, seq: entry.seq }
    },
    apply(change, seq) {
      if (change.kind === 'sessions_ended') return []
      const { organisation } = change
      const members = organisations.get(organisation)
      if (members === undefined) return []
      if (change.kind === 'reopened') {
        forgetOutsiders(organisation, change, seq)
        return []
      }
      if (change.kind === 'closed' || change.kind === 'roles_changed') {
        for (const [account, entry] of members) if (!isKeyId(account)) applyTo(entry, account, change, seq)
      } else if (!isKeyId(change.account)) {
        const entry = members.get(change.account)
        if (entry !== undefined) applyTo(entry, change.account, change, seq)
      }
      return applyToKeys(organisation, change, seq)
    },
    reset() {
      organisations.clear()
      keys.clear()
      idle.clear()
    },
  }
}
