import type { ChildProcess } from 'node:child_process'

/** Told to end, git takes its locks and unfinished objects away; what is not over soon after is killed. */
const graceMs = 5_000

/** Ends a process that leads a group, and what it has started. It waits for that: when it is over, all of it is. */
export function endGroup(child: ChildProcess): void {
  if (!signalGroup(child, 'SIGTERM')) return
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs)
  child.once('close', () => clearTimeout(timer))
}

/** Answers whether there was still something to signal. */
function signalGroup({ pid, exitCode, signalCode }: ChildProcess, signal: NodeJS.Signals): boolean {
  if (pid === undefined || exitCode !== null || signalCode !== null) return false
  try {
    process.kill(-pid, signal)
    return true
  } catch (error) {
    // It has ended in this very moment.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
    return false
  }
}

/** What it says last, of what it writes to its standard error. */
export function lastWords({ stderr }: ChildProcess): () => string {
  let words = ''
  stderr?.setEncoding('utf8').on('data', (text: string) => {
    words = `${words}${text}`.slice(-2_000)
  })
  return () => words
}
