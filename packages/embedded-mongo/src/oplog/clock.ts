import { Timestamp } from 'bson'

/** Gives each commit its time: seconds in the high half, a counter in the low half, never twice and never backwards. */
export interface Clock {
  next(): bigint
  readonly last: bigint
}

export const startClock = (last: bigint, now: () => number): Clock => {
  let newest = last
  return {
    next() {
      const second = BigInt(Math.floor(now() / 1_000)) << 32n
      newest = second > newest ? second + 1n : newest + 1n
      return newest
    },
    get last() {
      return newest
    },
  }
}

export const timestampOf = (time: bigint): Timestamp => new Timestamp(time)
