/**
 * The default branch is what a repository’s HEAD names. Who chooses another one does so in the log; it stands beside it,
 * in the repository’s document, until HEAD names it too.
 */
import { trusted } from 'mongoose'
import type { Clock } from '../clock.ts'
import type { Job } from '../jobs/jobs.ts'
import { createResting } from '../jobs/resting.ts'
import type { Logger } from '../logger.ts'
import type { RepositoryDocument, RepositoryModels } from './documents.ts'
import { type Git, GitError } from './git.ts'
import { writeHead } from './head.ts'
import { readDefaultBranch, readRefs } from './refs.ts'
import { removeStaleLocks } from './stale-locks.ts'
import type { Storage } from './storage.ts'

const heads = 'refs/heads/'
const atOnce = 50

/** Has a clone check out what there is, where the first push was of another branch than the default one. */
export async function followFirstBranch(git: Git, path: string): Promise<void> {
  try {
    if ((await nextBest(git, path)) === undefined) return
    // Once more, where nobody chooses another one meanwhile.
    await writeHead(path, () => nextBest(git, path))
  } catch (error) {
    // Of two pushes at once the other one does it.
    if (!(error instanceof GitError)) throw error
  }
}

/** The branch to check out where there is none of the name that HEAD has; undefined where there is, or none at all. */
async function nextBest(git: Git, path: string): Promise<string | undefined> {
  const refs = await readRefs(git, path)
  const branches = refs.map(({ name }) => name).filter((name) => name.startsWith(heads))
  const [first] = branches.map((name) => name.slice(heads.length))
  if (branches.includes(`${heads}${await readDefaultBranch(git, path)}`)) return undefined
  return branches.includes(`${heads}master`) ? 'master' : first
}

export interface DefaultBranch {
  /** What a clone checks out, or will in a moment. Throws `unavailable` where the repository is missing. */
  read(application: string): Promise<{ readonly name: string; readonly path: string }>
  /** Has HEAD name what was chosen last. */
  settle(application: string): Promise<void>
  /** Does it where nobody was left to: a server was killed, or the disk was away. */
  readonly job: Job
}

interface Parts {
  readonly models: RepositoryModels
  readonly git: Git
  readonly storage: Pick<Storage, 'ensure' | 'pathOf'>
  /** No process is left so long after it took a lock. */
  readonly lifeMs: number
  readonly now: Clock
  readonly logger: Pick<Logger, 'warn'>
}

export function createDefaultBranch({ models, git, storage, lifeMs, now, logger }: Parts): DefaultBranch {
  const { repositories } = models
  const name = 'move default branches'
  const resting = createResting(name, logger)

  const chosen = (application: string) =>
    repositories
      .findById(application, { chosenBranch: 1, version: 1 })
      .lean<Pick<RepositoryDocument, 'chosenBranch' | 'version'>>()

  async function settle(application: string): Promise<void> {
    const path = await storage.ensure(application)
    let found: Awaited<ReturnType<typeof chosen>> | undefined
    await writeHead(path, async () => {
      found = await chosen(application)
      return found?.chosenBranch
    })
    if (found?.chosenBranch === undefined) return
    const { chosenBranch, version } = found
    // It may have been deleted by a push that was let through before it was chosen.
    await followFirstBranch(git, path)
    // Not where the same was chosen once more, since another one was meanwhile.
    await repositories.updateOne({ _id: application, chosenBranch, version }, { $unset: { chosenBranch: 1 } })
  }

  return {
    async read(application) {
      const path = await storage.ensure(application)
      return { name: (await chosen(application))?.chosenBranch ?? (await readDefaultBranch(git, path)), path }
    },
    settle,
    job: {
      name,
      everyMs: 30_000,
      async run() {
        const due = await repositories
          .find(
            {
              // Not $exists, for which no index is looked into.
              chosenBranch: trusted({ $gt: '' }),
              deletedAt: trusted({ $exists: false }),
              _id: trusted({ $nin: resting.ids() }),
            },
            { _id: 1 },
          )
          .limit(atOnce)
          .lean()
        for (const { _id } of due) {
          await resting.attempt(_id, async (application) => {
            await removeStaleLocks(storage.pathOf(application), new Date(now().getTime() - lifeMs))
            await settle(application)
          })
        }
      },
    },
  }
}
