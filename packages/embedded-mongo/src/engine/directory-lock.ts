import { randomBytes } from 'node:crypto'
import { closeSync, linkSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect, type NetConnectOpts } from 'node:net'
import { hostname } from 'node:os'
import { join, sep } from 'node:path'

/** What the lock file says of its holder. */
interface Holder {
  readonly pid: number
  readonly host: string
  /** Where it listens, which is also the proof that it lives: a killed process accepts nothing. */
  readonly address: NetConnectOpts
  readonly since: string
}

export interface DirectoryLock {
  release(): void
}

const freshMs = 1_000
const maxTries = 60

/**
 * One engine for one directory. Whether the holder of an old lock still lives is asked of its socket, not of its
 * process id, which another process may bear by now.
 * @throws an Error that names the holder's process id
 */
export const lockDirectory = async (directory: string, address: NetConnectOpts): Promise<DirectoryLock> => {
  const file = join(directory, 'engine.lock')
  const holder: Holder = { pid: process.pid, host: hostname(), address, since: new Date().toISOString() }
  const own = JSON.stringify(holder)
  const release = (): void => {
    if (readText(file) === own) rmSync(file)
  }
  for (let tries = 0; tries < maxTries; tries += 1) {
    if (createExclusively(file, own)) return { release }
    const text = readText(file)
    if (text === undefined) continue
    const other = parse(text)
    if (other && (await isAlive(directory, other))) throw inUse(directory, other)
    if (takeOver(file, text, own)) {
      if (other) removeSocket(other)
      return { release }
    }
    await removeDeadGuard(directory, guardOf(file))
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`The lock of ${directory} could not be taken: several processes start on it at once`)
}

/** Where the engine of another process listens that has this directory; undefined where none does. */
export const holderOf = async (directory: string): Promise<NetConnectOpts | undefined> => {
  const holder = parse(readText(join(directory, 'engine.lock')) ?? '')
  return holder && (await isAlive(directory, holder)) ? holder.address : undefined
}

const inUse = (directory: string, { pid, host, since }: Holder): Error =>
  new Error(
    `${directory} is in use by process ${pid} on ${host} since ${since}. Stop that process, or use another directory.`,
  )

const isAlive = async (directory: string, { host, address }: Holder): Promise<boolean> => {
  const isInside = 'path' in address && address.path.startsWith(directory + sep)
  // The socket of another machine or container can only be asked if it lies in the directory itself.
  if (host !== hostname() && !isInside) return true
  return accepts(address)
}

/** What a killed process has left, at which nobody listens. */
const removeSocket = ({ address }: Holder): void => {
  if ('path' in address) rmSync(address.path, { force: true })
}

const accepts = (address: NetConnectOpts): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(address)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      // Only these two say that nobody listens; of anything else the holder is believed to live.
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT')
    })
  })

const guardOf = (file: string): string => `${file}.takeover`

/** Replaces a lock that is certainly stale. Who does so holds a second lock, so that only one does. */
const takeOver = (file: string, stale: string, own: string): boolean => {
  const guard = guardOf(file)
  if (!createExclusively(guard, own)) return false
  try {
    if (readText(file) !== stale) return false
    writeFileSync(`${file}.new`, own, { mode: 0o600 })
    renameSync(`${file}.new`, file)
    return true
  } finally {
    rmSync(guard, { force: true })
  }
}

/** Of a process that was killed while it took over. Its lock would keep everybody out. */
const removeDeadGuard = async (directory: string, guard: string): Promise<void> => {
  const text = readText(guard)
  if (text === undefined) return
  const holder = parse(text)
  if (holder ? await isAlive(directory, holder) : isFresh(guard)) return
  // Away from its name first: another may have done the same, and have put its own there.
  const aside = `${guard}.${process.pid}.${randomBytes(4).toString('hex')}`
  try {
    renameSync(guard, aside)
    if (readText(aside) !== text) linkSync(aside, guard)
  } catch (error) {
    if (!isCode(error, 'ENOENT') && !isCode(error, 'EEXIST')) throw error
  } finally {
    rmSync(aside, { force: true })
  }
}

/** Its writer may be about to write it. */
const isFresh = (guard: string): boolean => {
  const written = statSync(guard, { throwIfNoEntry: false })?.mtimeMs
  return written !== undefined && Date.now() - written < freshMs
}

const createExclusively = (file: string, text: string): boolean => {
  let handle: number
  try {
    handle = openSync(file, 'wx', 0o600)
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw error
  }
  try {
    writeFileSync(handle, text)
  } finally {
    closeSync(handle)
  }
  return true
}

const readText = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    throw error
  }
}

/** Undefined for a file that its writer did not finish, which a crash may leave. */
const parse = (text: string): Holder | undefined => {
  try {
    const holder: unknown = JSON.parse(text)
    return typeof holder === 'object' && holder !== null && 'address' in holder ? (holder as Holder) : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code
