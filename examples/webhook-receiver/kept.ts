/** What is kept over a restart, in one file: the endpoint’s secret, and what was folded with its position. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { Folded } from './fold.ts'

export interface Kept {
  readonly secret: string
  readonly state: Folded
}

export function load(file: string): Kept | undefined {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}

/**
 * At one stroke: a state and its position that were written one after the other would not fit each other after a crash
 * in between. In a database, both belong in one transaction.
 */
export function save(file: string, kept: Kept): void {
  writeFileSync(`${file}.new`, JSON.stringify(kept), { mode: 0o600 })
  renameSync(`${file}.new`, file)
}
