/** Nodes of one installation are alike: their settings, and what their clocks say. Where they are not, the log says so. */
import { createHmac } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { type Config, settings } from '../config.ts'
import type { Logger } from '../logger.ts'
import type { OtherPulse } from './other-nodes.ts'

/**
 * Settings that have to be the same everywhere, by their names, with what shows a difference and nothing else. One that
 * is missing is not known, or not yet.
 */
export type SettingMarks = Readonly<Record<string, string>>

/** Between two machines that ask a time server. */
const toleratedMs = 1_000
const markLength = 12
/** Beside the names of settings, which have no blanks. */
const clock = 'the clock'

/** @param key so that nobody who reads the database can guess a setting by its mark */
export function marksOf(config: Config, key: Buffer): SettingMarks {
  const markOf = (value: unknown) =>
    createHmac('sha256', key)
      .update(JSON.stringify(value) ?? '')
      .digest('base64url')
      .slice(0, markLength)
  // Who has another SECRET_KEY does not start; one may have it from the file that others have it from.
  const { secretKey: _secret, ...compared } = settings
  const shared = Object.entries<{ readonly name: string; readonly mayDiffer?: true }>(compared).filter(
    ([, { mayDiffer }]) => mayDiffer !== true,
  )
  return Object.fromEntries(shared.map(([key, { name }]) => [name, markOf(config[key as keyof Config])]))
}

/** Looks at the pulses of others, and tells of each node once what is wrong with it. */
export function createComparison({
  marks,
  now,
  logger,
}: {
  marks: () => SettingMarks
  now: Clock
  logger: Logger
}): (pulse: OtherPulse) => void {
  /** By node: each setting that differs, and whether its clock is ahead. As long as there are nodes, and few. */
  const told = new Map<string, Set<string>>()

  return ({ _id: node, at, settings: theirs }) => {
    const known = told.get(node) ?? new Set()
    told.set(node, known)
    const different = Object.entries(marks())
      .filter(([name, mark]) => theirs[name] !== undefined && theirs[name] !== mark)
      .map(([name]) => name)
    if (different.some((name) => !known.has(name))) {
      logger.warn({ node, settings: different }, 'another node has other settings')
    }
    // One that is behind sees this one ahead. The pulse was under way for a while, so that nothing else is certain.
    const isAhead = at !== undefined && at.getTime() - now().getTime() > toleratedMs
    if (isAhead && !known.has(clock)) logger.warn({ node, at }, 'the clock of another node is ahead of this one’s')
    for (const found of [...different, ...(isAhead ? [clock] : [])]) known.add(found)
  }
}
