import { startEngine } from '@rolecall/embedded-mongo'

// An engine in a process of its own, so that a test can kill it.
const [, , directory = ''] = process.argv
const say = (message: object): void => {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}

try {
  const engine = await startEngine({ directory })
  say({ uri: engine.uri })
  void engine.failed.then(async ({ message }) => {
    // As whoever owns an engine does in the end, whatever became of it.
    await engine.stop()
    say({ failure: message })
  })
  process.once('SIGTERM', () => {
    void engine.stop().then(() => say({ stopped: true }))
  })
} catch (error) {
  say({ error: error instanceof Error ? error.message : String(error) })
}
