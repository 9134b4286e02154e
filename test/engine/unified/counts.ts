/**
 * Runs MongoDB's own tests and prints, by area, how many passed, failed, failed as expected, and were skipped for which
 * requirements. With arguments: only files whose names begin so, `crud` or `crud/find`.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEngine } from '@rolecall/embedded-mongo'
import { connectTo, type Server } from './server.ts'
import { areas, areHere, casesOf, folder } from './specifications.ts'
import { type Verdict, verdictOn } from './verdict.ts'

const results = ['passed', 'failed', 'expected', 'skipped'] as const
type Counts = Record<(typeof results)[number], number>

const noCounts = (): Counts => ({ passed: 0, failed: 0, expected: 0, skipped: 0 })
const beginnings = process.argv.slice(2)
const skipped = new Map<string, number>()

const withServer = async <T>(run: (server: Server) => Promise<T>): Promise<T> => {
  const given = process.env.ROLECALL_ENGINE_URI
  if (given) return withClient(given, run)
  const directory = await mkdtemp(join(tmpdir(), 'rolecall-unified-'))
  const engine = await startEngine({ directory, testCommands: true })
  try {
    return await withClient(engine.uri, run)
  } finally {
    await engine.stop()
    await rm(directory, { recursive: true })
  }
}

const withClient = async <T>(uri: string, run: (server: Server) => Promise<T>): Promise<T> => {
  const server = await connectTo(uri)
  return run(server).finally(() => server.close())
}

const countArea = async (area: string, server: Server): Promise<Counts> => {
  const counts = noCounts()
  for (const tested of casesOf(area)) {
    if (beginnings.length > 0 && !beginnings.some((beginning) => tested.name.startsWith(beginning))) continue
    const verdict = await verdictOn(tested, server)
    counts[verdict.result] += 1
    tell(`${tested.name}: ${tested.test.description}`, verdict)
  }
  return counts
}

const tell = (name: string, verdict: Verdict): void => {
  if (verdict.result === 'failed') console.log(`✘ ${name}\n    ${verdict.error}`)
  if (verdict.result === 'skipped') skipped.set(verdict.reason, (skipped.get(verdict.reason) ?? 0) + 1)
}

const row = (name: string, cells: readonly (string | number)[]): string =>
  `${name.padEnd(28)}${cells.map((cell) => String(cell).padStart(9)).join('')}`

const count = async (server: Server): Promise<void> => {
  const all = noCounts()
  const rows: string[] = []
  for (const area of areas()) {
    const counts = await countArea(area, server)
    for (const result of results) all[result] += counts[result]
    rows.push(row(area, Object.values(counts)))
  }
  console.log([row('area', results), ...rows, row('all', Object.values(all))].join('\n'))
  const run = all.passed + all.failed + all.expected
  console.log(`\n${all.expected} of ${run} are expected to fail (${((100 * all.expected) / run).toFixed(1)} %)`)
  console.log('\nskipped, because they need')
  const byNumber = [...skipped].sort(([, a], [, b]) => b - a)
  for (const [reason, number] of byNumber) console.log(`${String(number).padStart(6)}  ${reason}`)
  process.exitCode = all.failed === 0 ? 0 : 1
}

if (areHere()) await withServer(count)
else {
  console.log(`MongoDB's tests are not in ${folder}; MONGODB_SPECS names another folder.`)
  process.exitCode = 1
}
