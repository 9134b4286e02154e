/**
 * `npm test`: the checks, then the suites. `npm test -- test/members.test.ts` runs the named files alone. Ends with the
 * line `N passed, N failed`, with `, N skipped` where tests said why they could not run.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runChecks } from './checks.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const options = process.argv.slice(2)
const everything = ['test/*.test.ts', 'test/{engine,faults,browser,packages}/**/*.test.ts']

const checks = options.length === 0 ? runChecks() : { passed: 0, failed: 0 }
const suites = await runSuites()

const passed = checks.passed + suites.passed
const failed = checks.failed + suites.failed
console.log(`${passed} passed, ${failed} failed${suites.skipped > 0 ? `, ${suites.skipped} skipped` : ''}`)
process.exitCode = failed === 0 ? 0 : 1

async function runSuites() {
  const folder = mkdtempSync(join(tmpdir(), 'rolecall-test-'))
  const summary = join(folder, 'summary.json')
  const mocha = join(root, 'node_modules/mocha/bin/mocha.js')
  const reporter = join(root, 'scripts/reporter.cjs')
  const child = spawn(
    process.execPath,
    [mocha, '--reporter', reporter, ...(options.length === 0 ? everything : options)],
    {
      cwd: root,
      stdio: 'inherit',
      env: { NODE_ENV: 'test', ...process.env, ROLECALL_TEST_SUMMARY: summary },
    },
  )
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  const code = await new Promise((resolve) => child.once('exit', resolve))
  try {
    const counts = JSON.parse(readFileSync(summary, 'utf8'))
    // A hook that fails outside of every test, or a run that ended early, fails the run though no test did.
    return code === 0 || counts.failed > 0 ? counts : { ...counts, failed: 1 }
  } catch {
    console.log('mocha ended without a summary')
    return { passed: 0, failed: 1, skipped: 0 }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
