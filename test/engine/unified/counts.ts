/**
 * Runs MongoDB's own tests and prints, by area, how many passed, failed, failed as expected, and were skipped for which
 * requirements. With arguments: only files whose name begins so, `crud` or `crud/find`, and why each failure failed.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEngine } from '@rolecall/embedded-mongo'
import { expectedFailure } from './expected-failures.ts'
import { reasonToSkip, runTest } from './runner.ts'
import { connectTo, type Server } from './server.ts'
import { areas, areHere, filesOf, folder } from './specifications.ts'

interface Counts {
  passed: number
  failed: number
  expected: number
  skipped: number
}

const beginnings = process.argv.slice(2)
const skipped = new Map<string, number>()

const withServer = async (run: (server: Server) => Promise<void>): Promise<void> => {
  const given = process.env.ROLECALL_ENGINE_URI
  const directory = given ? undefined : await mkdtemp(join(tmpdir(), 'rolecall-unified-'))
  const engine = directory === undefined ? undefined : await startEngine({ directory, testCommands: true })
  const server = await connectTo(given ?? engine?.uri ?? '')
  try {
    await run(server)
  } finally {
    await server.close()
    await engine?.stop()
    if (directory) await rm(directory, { recursive: true })
  }
}

const countArea = async (area: string, server: Server): Promise<Counts> => {
  const counts = { passed: 0, failed: 0, expected: 0, skipped: 0 }
  const files = filesOf(area).filter(
    ({ name }) => beginnings.length === 0 || beginnings.some((beginning) => name.startsWith(beginning)),
  )
  for (const { name, file } of files) {
    for (const test of file.tests) {
      const reason = reasonToSkip(file, test, server)
      if (reason) {
        counts.skipped += 1
        skipped.set(reason, (skipped.get(reason) ?? 0) + 1)
        continue
      }
      const failure = await runTest(file, test, server).then(
        () => undefined,
        (error: unknown) => ({ error }),
      )
      const isExpected = expectedFailure(name, test.description) !== undefined
      if (failure && isExpected) counts.expected += 1
      else if (failure || isExpected) {
        counts.failed += 1
        console.log(`✘ ${name}: ${test.description}\n    ${failure ? failure.error : 'passes, which was not expected'}`)
      } else counts.passed += 1
    }
  }
  return counts
}

const print = (name: string, { passed, failed, expected, skipped: left }: Counts): void => {
  const numbers = [passed, failed, expected, left].map((number) => String(number).padStart(9))
  console.log(`${name.padEnd(28)}${numbers.join('')}`)
}

if (!areHere()) {
  console.log(`MongoDB's tests are not in ${folder}; MONGODB_SPECS names another folder.`)
  process.exitCode = 1
} else {
  await withServer(async (server) => {
    const all = { passed: 0, failed: 0, expected: 0, skipped: 0 }
    const rows: [string, Counts][] = []
    for (const area of areas()) {
      const counts = await countArea(area, server)
      rows.push([area, counts])
      for (const name of ['passed', 'failed', 'expected', 'skipped'] as const) all[name] += counts[name]
    }
    console.log(
      `${'area'.padEnd(28)}${['passed', 'failed', 'expected', 'skipped'].map((name) => name.padStart(9)).join('')}`,
    )
    for (const [area, counts] of rows) print(area, counts)
    print('all', all)
    console.log('\nskipped, because they need')
    for (const [reason, number] of [...skipped].sort(([, a], [, b]) => b - a))
      console.log(`${String(number).padStart(6)}  ${reason}`)
    process.exitCode = all.failed === 0 ? 0 : 1
  })
}
