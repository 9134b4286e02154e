import { setTimeout as pause } from 'node:timers/promises'
import type { Connection } from 'mongoose'
import { goingOn, pulseModel } from './pulses.ts'

/** A server writes its pulse every second. */
const pulseMs = 2_500

/**
 * Whether a server runs on a database: by whether pulses go on, not by when they were, which another machine’s clock
 * has written. One that starts at this moment may be missed.
 */
export async function isServed(connection: Connection): Promise<boolean> {
  const before = await readPulses(connection)
  if (before.size === 0) return false
  await pause(pulseMs)
  const after = await readPulses(connection)
  return [...after].some(([node, count]) => before.has(node) && before.get(node) !== count)
}

async function readPulses(connection: Connection): Promise<ReadonlyMap<string, number>> {
  const found = await pulseModel(connection).find(goingOn, { count: 1 }).lean()
  return new Map(found.map(({ _id, count }) => [_id, count]))
}
