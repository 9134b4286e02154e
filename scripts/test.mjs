/**
 * `npm test`: the checks, then the suites, in two processes. `npm test -- test/members.test.ts` runs the named files
 * alone, in one. Ends with the line `N passed, N failed`, with `, N skipped` where tests said why they could not run.
 */
import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runChecks } from './checks.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const options = process.argv.slice(2)
const patienceMs = 30_000

/**
 * Two lots that take about as long: most tests wait for something more than they compute, and one after the other they
 * leave a core idle. The packages come first, since they build what the examples use.
 */
const lots = [['test/packages/**/*.test.ts', 'test/*.test.ts'], ['test/{browser,engine,faults}/**/*.test.ts']]

const checks = options.length === 0 ? runChecks() : { passed: 0, failed: 0 }
const suites = options.length === 0 ? await runSideBySide() : [await runSuites(options, 'inherit')]

const sum = (what) => [checks, ...suites].reduce((total, counts) => total + (counts[what] ?? 0), 0)
const [passed, failed, skipped] = [sum('passed'), sum('failed'), sum('skipped')]
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exitCode = failed === 0 ? 0 : 1

/** The first lot is shown as it goes, the second when both are over. */
async function runSideBySide() {
  const folder = mkdtempSync(join(tmpdir(), 'rolecall-test-'))
  const shown = join(folder, 'output')
  const output = openSync(shown, 'w')
  const [first, second] = lots
  console.log(`\n  ${second.join(' ')} run beside the others, and are shown below them`)
  try {
    return await Promise.all([runSuites(first, 'inherit'), runSuites(second, ['ignore', output, output])])
  } finally {
    closeSync(output)
    process.stdout.write(readFileSync(shown))
    rmSync(folder, { recursive: true })
  }
}

async function runSuites(files, stdio) {
  const folder = mkdtempSync(join(tmpdir(), 'rolecall-test-'))
  const summary = join(folder, 'summary.json')
  const mocha = join(root, 'node_modules/mocha/bin/mocha.js')
  const reporter = join(root, 'scripts/reporter.cjs')
  const child = spawn(process.execPath, [mocha, '--reporter', reporter, ...files], {
    cwd: root,
    stdio,
    env: { NODE_ENV: 'test', ...process.env, ROLECALL_TEST_SUMMARY: summary },
    // A group of its own, so that what it starts ends with it.
    detached: true,
  })
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
