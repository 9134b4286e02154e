/**
 * `npm run test:crash`: a thousand times kill -9 for the embedded engine, at random moments under load. With a number
 * so many times; each test is 25 of them. Ends with the line `N passed, N failed`.
 */
const [rounds = '1000'] = process.argv.splice(2)
process.env.ROLECALL_CRASH_ROUNDS = rounds
process.argv.push('test/engine/crash/*.test.ts')
await import('./test.mjs')
