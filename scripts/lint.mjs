import { runChecks } from './checks.mjs'

process.exitCode = runChecks().failed === 0 ? 0 : 1
