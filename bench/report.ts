import { readFileSync } from 'node:fs'
import { cpus, release, type as system, totalmem } from 'node:os'
import { cores } from './child.ts'

/** One thing measured several times, each time beside its peer. */
export interface Measurement {
  readonly what: string
  readonly unit: string
  readonly ours: readonly number[]
  /** In the same order: what was measured right after or before. */
  readonly peer?: { readonly name: string; readonly values: readonly number[] }
  readonly goal?: Goal
}

/** What `ours` may be of the peer, a multiple or a difference in the measurement's unit; or what it may be by itself. */
export type Goal =
  | { readonly ratioAtMost: number }
  | { readonly ratioAtLeast: number }
  | { readonly differenceAtMost: number }
  | { readonly atMost: number }
  | { readonly atLeast: number }

export interface Section {
  readonly title: string
  /** What was done, and how. */
  readonly method: string
  readonly measurements: readonly Measurement[]
}

interface Spread {
  readonly min: number
  readonly median: number
  readonly max: number
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (index: number) => sorted[index] ?? Number.NaN
  const middle = (sorted.length - 1) / 2
  return { min: at(0), median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2, max: at(sorted.length - 1) }
}

/** Compared as they were measured, pair by pair, so that a change of the machine's mood falls on both. */
function comparisonOf({ ours, peer, goal }: Measurement): Spread | undefined {
  if (peer === undefined) return undefined
  const compare =
    goal !== undefined && 'differenceAtMost' in goal ? (a: number, b: number) => a - b : (a: number, b: number) => a / b
  return spreadOf(ours.map((value, index) => compare(value, peer.values[index] ?? Number.NaN)))
}

function isMet(goal: Goal, own: Spread, compared: Spread | undefined): boolean | undefined {
  if ('atMost' in goal) return own.median <= goal.atMost
  if ('atLeast' in goal) return own.median >= goal.atLeast
  if (compared === undefined) return undefined
  const { median } = compared
  if ('ratioAtMost' in goal) return median <= goal.ratioAtMost
  return 'ratioAtLeast' in goal ? median >= goal.ratioAtLeast : median <= goal.differenceAtMost
}

function goalText(goal: Goal, unit: string): string {
  if ('atMost' in goal) return `≤ ${goal.atMost} ${unit}`
  if ('atLeast' in goal) return `≥ ${goal.atLeast.toLocaleString('en')} ${unit}`
  if ('ratioAtMost' in goal) return `≤ ${goal.ratioAtMost} ×`
  return 'ratioAtLeast' in goal ? `≥ ${goal.ratioAtLeast} ×` : `≤ +${goal.differenceAtMost} ${unit}`
}

function number(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

const metText = (isMet: boolean | undefined) => (isMet === undefined ? '' : isMet ? 'yes' : 'no')

const spreadText = ({ min, median, max }: Spread) => `**${number(median)}** (${number(min)} – ${number(max)})`

/** A Markdown table: median, in brackets minimum and maximum. */
export function tableOf({ title, method, measurements }: Section): string {
  const rows = measurements.map((measurement) => {
    const { what, unit, ours, peer, goal } = measurement
    const compared = comparisonOf(measurement)
    const isDifference = goal !== undefined && 'differenceAtMost' in goal
    const cells = [
      `${what}, ${unit}`,
      spreadText(spreadOf(ours)),
      peer === undefined ? '' : `${spreadText(spreadOf(peer.values))} ${peer.name}`,
      compared === undefined ? '' : `${spreadText(compared)} ${isDifference ? unit : '×'}`,
      goal === undefined ? '' : goalText(goal, unit),
      goal === undefined ? '' : metText(isMet(goal, spreadOf(ours), compared)),
    ]
    return `| ${cells.join(' | ')} |`
  })
  return [
    `## ${title}`,
    '',
    method,
    '',
    '| measured | Rolecall | peer | compared | goal | met |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

/** Of the machine what matters to compare with, not its name. */
export function heading(repeats: number): string {
  const [processor] = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  return [
    '# Measurements',
    '',
    'Written by `npm run bench`. Each figure is the median of its repeats, with minimum and maximum in brackets; ours and its peer were measured in turn, in one run, and are compared pair by pair.',
    '',
    `- ${new Date().toISOString().slice(0, 10)}, ${repeats} repeats`,
    `- ${cores()} cores (${processor?.model.trim() ?? 'unknown'}), ${memory} GB of memory, ${system()} ${release().split('-')[0]}`,
    `- Node.js ${process.versions.node}, ${versionsText()}; embedded engine, load on the same machine`,
    '',
  ].join('\n')
}

function versionsText(): string {
  const { dependencies } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as {
    dependencies: Record<string, string>
  }
  return Object.entries(dependencies)
    .filter(([, version]) => !version.startsWith('workspace:'))
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')
}
