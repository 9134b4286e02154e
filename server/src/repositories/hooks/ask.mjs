// Run by git as a push has arrived and before anything moves: says what it would do, and asks the server whether it may.
// It alone sees the commits that came, which lie in quarantine until then.
import { spawnSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

const { ROLECALL_SOCKET: socketPath, ROLECALL_SECRET: secret, GIT_QUARANTINE_PATH: quarantine } = process.env

/** Each takes some processes of git and an event. */
const maxUpdates = 250
/** Where a repository is full, the server makes room first. The push as a whole has a bound of its own. */
const maxWaitMs = 15 * 60_000

const lines = (await text(process.stdin)).split('\n').filter((line) => line !== '')
if (lines.length > maxUpdates) {
  process.stderr.write(`A push can change ${maxUpdates} branches and tags at once.\n`)
  process.exit(1)
}

const updates = lines
  .map((line) => {
    const [before, after, ref] = line.split(' ')
    return { ref, before: idOf(before), after: idOf(after) }
  })
  .map((update) => ({ ...update, forced: isForced(update) }))

const refusal = await ask({ updates, bytes: sizeOf(quarantine) }).catch(
  () => 'The server could not be asked whether this is permitted. Try again.',
)
if (refusal !== '') {
  process.stderr.write(`${refusal}\n`)
  process.exit(1)
}

function idOf(id) {
  return /^0+$/.test(id) ? undefined : id
}

function isForced({ ref, before, after }) {
  if (before === undefined) return false
  if (after === undefined || !ref.startsWith('refs/heads/')) return true
  return spawnSync('git', ['merge-base', '--is-ancestor', before, after], { stdio: 'ignore' }).status !== 0
}

/** What has come, in bytes. Where all of it was there already there is no folder. */
function sizeOf(folder) {
  if (folder === undefined) return 0
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath ?? entry.path, entry.name)).size, 0)
}

/** Answers why not; nothing where it may. */
function ask(body) {
  return new Promise((resolve, reject) => {
    const asking = request(
      { socketPath, method: 'POST', path: '/', headers: { Authorization: secret }, timeout: maxWaitMs },
      (answer) => {
        if (answer.statusCode === 200) text(answer).then(resolve, reject)
        else reject(new Error(`answered ${answer.statusCode}`))
      },
    )
    asking.on('timeout', () => asking.destroy(new Error('no answer')))
    asking.on('error', reject)
    asking.end(JSON.stringify(body))
  })
}
