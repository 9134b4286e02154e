/** What a program can say about the code, each a command that passes or fails. `npm run lint` runs them all. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const sources = ['packages', 'server', 'sdk', 'examples', 'test', 'bench']

const checks = [
  { name: 'types', command: ['tsc', '--noEmit', '-p', '.'] },
  { name: 'format and lint', command: ['biome', 'check', '--error-on-warnings', '.'] },
  { name: 'promises and types', command: ['oxlint', '--type-aware', ...sources] },
  { name: 'direction of imports', command: ['depcruise', '--config', '.dependency-cruiser.cjs', ...sources] },
  { name: 'unused code', command: ['knip', '--no-progress'] },
]

/** Runs every check, even after one has failed. Prints the output of those that fail. */
export function runChecks() {
  let failed = 0
  for (const { name, command } of checks) {
    const [program, ...options] = command
    const startedAt = performance.now()
    const { status, stdout, stderr } = spawnSync(process.execPath, [binary(program), ...options], {
      cwd: root,
      encoding: 'utf8',
    })
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
    if (status === 0) console.log(`  ✔ ${name} (${seconds} s)`)
    else {
      failed += 1
      console.log(`  ✘ ${name} (${seconds} s)\n${stdout}${stderr}`)
    }
  }
  return { passed: checks.length - failed, failed }
}

function binary(program) {
  const scripts = {
    tsc: 'typescript/bin/tsc',
    biome: '@biomejs/biome/bin/biome',
    oxlint: 'oxlint/bin/oxlint',
    depcruise: 'dependency-cruiser/bin/dependency-cruise.mjs',
    knip: 'knip/bin/knip.js',
  }
  return `${root}node_modules/${scripts[program]}`
}
