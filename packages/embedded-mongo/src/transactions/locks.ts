/** Thrown by a claim: the resource belongs to an open transaction, or changed after the claimant's snapshot. */
export class Conflict extends Error {
  readonly resource: string
  /** The time of the change that the claimant's snapshot does not show; without it somebody holds the lock. */
  readonly changedAt: bigint | undefined

  constructor(resource: string, changedAt?: bigint) {
    super('Write conflict')
    this.name = 'Conflict'
    this.resource = resource
    this.changedAt = changedAt
  }
}

/**
 * What open transactions have written: documents and the values of unique indexes, by their keys. And what changed
 * lately, for the transactions whose snapshot is older.
 */
export interface Locks<Owner> {
  readonly isEmpty: boolean
  holder(resource: string): Owner | undefined
  /** Takes the lock, or throws a Conflict. */
  acquire(owner: Owner, snapshotTime: bigint, resource: string): void
  release(resources: Iterable<string>): void
  /** Resolves when the lock is given back, or after the time: then with false. */
  whenReleased(resource: string, timeoutMs: number): Promise<boolean>
  changed(time: bigint, resources: Iterable<string>): void
  /** Takes back what was said of commits that came to nothing. */
  unchanged(times: ReadonlySet<bigint>): void
  /** Forgets changes that every snapshot shows, now and later. */
  forget(upTo: bigint): void
}

interface Lock<Owner> {
  readonly owner: Owner
  readonly waiters: Set<() => void>
}

export const createLocks = <Owner>(): Locks<Owner> => {
  const locks = new Map<string, Lock<Owner>>()
  const changes = new Map<string, bigint>()
  const changesInOrder: { time: bigint; resources: string[] }[] = []

  return {
    get isEmpty() {
      return locks.size === 0
    },
    holder: (resource) => locks.get(resource)?.owner,
    acquire(owner, snapshotTime, resource) {
      const lock = locks.get(resource)
      if (lock?.owner === owner) return
      if (lock) throw new Conflict(resource)
      const changedAt = changes.get(resource)
      if (changedAt !== undefined && changedAt > snapshotTime) throw new Conflict(resource, changedAt)
      locks.set(resource, { owner, waiters: new Set() })
    },
    release(resources) {
      for (const resource of resources) {
        const lock = locks.get(resource)
        locks.delete(resource)
        // In the order of their arrival: the first to wake is the first to try.
        for (const wake of lock?.waiters ?? []) wake()
      }
    },
    whenReleased(resource, timeoutMs) {
      const lock = locks.get(resource)
      if (!lock) return Promise.resolve(true)
      return new Promise((resolve) => {
        const settle = (isReleased: boolean): void => {
          clearTimeout(timer)
          lock.waiters.delete(wake)
          resolve(isReleased)
        }
        const wake = (): void => settle(true)
        const timer = setTimeout(() => settle(false), timeoutMs)
        lock.waiters.add(wake)
      })
    },
    changed(time, resources) {
      const list = [...resources]
      for (const resource of list) changes.set(resource, time)
      changesInOrder.push({ time, resources: list })
    },
    unchanged(times) {
      const kept = changesInOrder.filter(({ time }) => !times.has(time))
      changesInOrder.length = 0
      changes.clear()
      // From the beginning: a change that came to nothing has hidden the one before it.
      for (const { time, resources } of kept) this.changed(time, resources)
    },
    forget(upTo) {
      let place = 0
      for (; place < changesInOrder.length; place += 1) {
        const change = changesInOrder[place]
        if (!change || change.time > upTo) break
        for (const resource of change.resources) {
          if (changes.get(resource) === change.time) changes.delete(resource)
        }
      }
      changesInOrder.splice(0, place)
    },
  }
}
