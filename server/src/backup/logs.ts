import type { Connection } from 'mongoose'
import { systemClock } from '../clock.ts'
import { models as logModels } from '../log/documents.ts'
import { createLog } from '../log/log.ts'
import { verify } from '../log/verify.ts'

export interface VerifiedLogs {
  readonly count: number
  readonly events: number
  /** Names of those that are not whole. */
  readonly bad: readonly string[]
}

/** Recomputes the hash chains of all logs. */
export async function verifyLogs(connection: Connection): Promise<VerifiedLogs> {
  const models = logModels(connection)
  const { snapshot } = createLog({ connection, models, now: systemClock })
  const bad: string[] = []
  let [count, events] = [0, 0]
  for await (const { _id } of models.heads.find({}, { _id: 1 }).sort({ _id: 1 }).lean().cursor()) {
    const verified = await verify(models, _id, { through: snapshot })
    count += 1
    if (verified.ok) events += verified.events
    else bad.push(_id)
  }
  return { count, events, bad }
}
