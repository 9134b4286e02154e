import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { GitError } from './git.ts'

const tries = 50
const againMs = 100

/**
 * Writes which branch a clone checks out, under the lock that git itself takes for it, and so one after the other with
 * whoever does the same, on whatever node.
 * @throws GitError where the lock is held for too long
 * @param decide is asked under the lock; where it answers nothing, nothing is written
 */
export async function writeHead(repository: string, decide: () => Promise<string | undefined>): Promise<void> {
  const lock = join(repository, 'HEAD.lock')
  const file = await locked(lock)
  let isMoved = false
  try {
    const branch = await decide()
    if (branch === undefined) return
    await file.writeFile(`ref: refs/heads/${branch}\n`)
    await file.sync()
    await rename(lock, join(repository, 'HEAD'))
    isMoved = true
  } finally {
    await file.close()
    // Once it bears the other name, one of this name is somebody else’s.
    if (!isMoved) await rm(lock, { force: true })
  }
}

async function locked(lock: string): Promise<FileHandle> {
  for (let left = tries; ; left -= 1) {
    try {
      return await open(lock, 'wx')
    } catch (error) {
      if (!isHeld(error)) throw error
      if (left === 0) throw new GitError(['lock', 'HEAD'], error)
      await pause(againMs)
    }
  }
}

const isHeld = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EEXIST'
