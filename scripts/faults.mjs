/**
 * `npm run test:faults`: the long versions of the tests in which servers, networks, databases and clients fail. With
 * file names only those. Ends with the line `N passed, N failed`.
 */
process.env.ROLECALL_LONG = '1'
process.env.ROLECALL_KILL_ROUNDS ??= '20'
if (process.argv.length === 2)
  process.argv.push('test/faults/**/*.test.ts', 'test/{model,fuzz-*,live-edges,plans}.test.ts')
await import('./test.mjs')
