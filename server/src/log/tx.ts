import type { EventData, EventType, Preview } from '@rolecall/contract'
import type { ClientSession } from 'mongoose'

/** Who made a change, as the log shows it. */
export interface Actor {
  readonly kind: 'account' | 'key' | 'system'
  readonly id: string
  readonly name: string
}

/** A snapshot to read from. Every query passes `session`. */
export interface Snapshot {
  readonly session: ClientSession
}

/** The options that make a query one of the snapshot; of the present where there is none. */
export function within(snapshot: Snapshot | undefined): { session?: ClientSession } {
  return snapshot === undefined ? {} : { session: snapshot.session }
}

/**
 * A change being made. The closure that holds it may run again after a conflict, so it does no I/O beside the database
 * and keeps nothing outside.
 */
export interface Tx extends Snapshot {
  /** The time of the change, the same for all that it writes. */
  readonly at: Date
  /** Appends to a log that the change has named; returns the event's position. `affects`: accounts whose access changes. */
  append<Type extends EventType>(log: string, type: Type, data: EventData<Type>, affects?: readonly string[]): number
  /** What the head of a log that the change has named counts; undefined where it was never counted. */
  counted(log: string, what: string): number | undefined
  setCount(log: string, what: string, count: number): void
}

/** An event of a change that is being made. */
export interface PendingEvent {
  readonly log: string
  readonly type: EventType
  readonly data: Record<string, unknown>
}

/** What came of a change: `seq` is the position of the first named log after it. */
export interface Changed<Value> {
  readonly body: Value
  readonly seq: number
  readonly replayed?: boolean
  /** Nothing was changed: it was only asked what would happen. */
  readonly preview?: Preview
}
