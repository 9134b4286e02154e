/** What the commands say of what they have done. */
import { say } from '../command.ts'
import type { VerifiedLogs } from './logs.ts'
import type { Sum } from './parts.ts'

const units = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const

export function inUnits(bytes: number): string {
  const power = bytes < 1_000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1)
  return `${power === 0 ? bytes : (bytes / 1_000 ** power).toFixed(1)} ${units[power]}`
}

export function sayPart(name: string, { pieces, bytes, sha256 }: Sum): void {
  const count = name.startsWith('repository ') ? '' : `${pieces}`
  say(`  ${name.padEnd(18)} ${count.padStart(9)}  ${inUnits(bytes).padStart(11)}  sha256 ${sha256}`)
}

export const sayLeftOut = (what: string): void => say(`  ${what}.`)

/** Answers the exit code. */
export function sayLogs({ count, events, bad }: VerifiedLogs): number {
  if (bad.length === 0) {
    say(`${count} logs are whole: ${events} events.`)
    return 0
  }
  for (const log of bad) say(`The log ${log} is not whole, and was not before: npm run verify-log says where.`)
  return 1
}
