/**
 * `npm test`: the checks, then the suites. `npm test -- test/members.test.ts` runs the named files alone. Ends with the
 * line `N passed, N failed`, with `, N skipped` where tests said why they could not run.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runChecks } from './checks.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const options = process.argv.slice(2)
const patienceMs = 30_000
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
      // A group of its own, so that what it starts ends with it.
      detached: true,
    },
  )
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => signalGroup(child.pid, signal))
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const hang = watchForHang(summary, () => signalGroup(child.pid, 'SIGKILL'))
  const code = await ended
  hang.end()
  signalGroup(child.pid, 'SIGKILL')
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

/** A run whose tests are over, but which something left open keeps alive, must not wait for ever. */
function watchForHang(summary, kill) {
  let since
  const timer = setInterval(() => {
    if (since === undefined && existsSync(summary)) since = Date.now()
    if (since === undefined || Date.now() - since < patienceMs) return
    console.log(`the tests are over, but their process does not end: something was left open`)
    kill()
  }, 1_000)
  return { end: () => clearInterval(timer) }
}

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal)
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}
