// Plain JavaScript, because in Node 20 a worker does not inherit the loader of `--import tsx`. Where it does, or where
// Node itself reads TypeScript, the first import succeeds.
try {
  await import('./worker.ts')
} catch (error) {
  if (error?.code !== 'ERR_UNKNOWN_FILE_EXTENSION') throw error
  const { register } = await import('tsx/esm/api')
  register()
  await import('./worker.ts?loaded')
}
