import { randomBytes } from 'node:crypto'
import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
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
 * @throws an Error that names the holder's process id, or says why that cannot be known
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
    const other = parse(file, text)
    if (other && (await isAlive(directory, other))) throw inUse(directory, file, other)
    // Of one that is not finished nobody knows whose it is.
    if ((other || !isFresh(file)) && takeOver(file, text, own)) {
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
  const file = join(directory, 'engine.lock')
  const holder = parse(file, readText(file) ?? '')
  return holder && (await isAlive(directory, holder)) ? holder.address : undefined
}

const inUse = (directory: string, file: string, holder: Holder): Error => {
  const { pid, host, since } = holder
  const advice = canBeAsked(directory, holder)
    ? 'Stop that process, or use another directory.'
    : `Whether that process still runs cannot be seen from ${hostname()}: stop it, or remove ${file} if it is no more.`
  return new Error(`${directory} is in use by process ${pid} on ${host} since ${since}. ${advice}`)
}

/** The socket of another machine or container can only be asked if it lies in the directory itself. */
const canBeAsked = (directory: string, { host, address }: Holder): boolean =>
  host === hostname() || ('path' in address && address.path.startsWith(directory + sep))

const isAlive = async (directory: string, holder: Holder): Promise<boolean> =>
  !canBeAsked(directory, holder) || (await accepts(holder.address))

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
  const holder = parse(guard, text)
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

/** Its writer may be about to write it. One of a time to come is of before a clock was set back. */
const isFresh = (file: string): boolean => {
  const written = statSync(file, { throwIfNoEntry: false })?.mtimeMs
  return written !== undefined && Math.abs(Date.now() - written) < freshMs
}

/** Whole from the first moment that others can see it, where the file system has links. */
const createExclusively = (file: string, text: string): boolean => {
  const unfinished = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`
  writeFileSync(unfinished, text, { mode: 0o600, flag: 'wx' })
  try {
    linkSync(unfinished, file)
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    return createWithoutLinks(file, text)
  } finally {
    rmSync(unfinished, { force: true })
  }
}

const createWithoutLinks = (file: string, text: string): boolean => {
  try {
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' })
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw error
  }
}

const readText = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(
      `${file}, which says whether another process uses the directory, cannot be read (${reason}). ` +
        'Let this user read it; if no process uses the directory, remove it.',
      { cause: error },
    )
  }
}

/**
 * Undefined for a file that its writer did not finish, which a crash may leave.
 * @throws an Error for one that is finished, and says what this version does not know: its holder may well live
 */
const parse = (file: string, text: string): Holder | undefined => {
  let holder: unknown
  try {
    holder = JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
  if (isHolder(holder)) return holder
  throw new Error(
    `${file} is not one that this version of the embedded engine knows: a newer version may be using the directory. ` +
      'Start that version, or use another directory; if no process uses this one, remove the file.',
  )
}

const isHolder = (value: unknown): value is Holder => {
  if (typeof value !== 'object' || value === null) return false
  const { pid, host, since, address } = value as Partial<Record<keyof Holder, unknown>>
  return typeof pid === 'number' && typeof host === 'string' && typeof since === 'string' && isAddress(address)
}

const isAddress = (value: unknown): value is NetConnectOpts => {
  if (typeof value !== 'object' || value === null) return false
  if ('path' in value) return typeof value.path === 'string'
  return 'host' in value && typeof value.host === 'string' && 'port' in value && typeof value.port === 'number'
}

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code
