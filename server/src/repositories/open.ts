import type { RequestHandler } from 'express'
import { trusted } from 'mongoose'
import type { Access } from '../access/access.ts'
import type { AccessModels } from '../access/documents.ts'
import type { Table } from '../access/table.ts'
import type { ApplicationModels } from '../applications/documents.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Handlers } from '../http/call.ts'
import type { CountRequest } from '../http/rate-limits.ts'
import type { Job } from '../jobs/jobs.ts'
import type { Follower } from '../log/feed.ts'
import type { Log } from '../log/log.ts'
import type { Logger } from '../logger.ts'
import type { Authenticate } from '../tokens/authenticate.ts'
import { createBackend } from './backend.ts'
import { createDefaultBranch, type DefaultBranch } from './default-branch.ts'
import type { RepositoryModels } from './documents.ts'
import type { Git } from './git.ts'
import { createHooks } from './hooks.ts'
import { createMakeRoom } from './make-room.ts'
import { beginPush, graceMs } from './pushes.ts'
import { createReconciler } from './reconcile.ts'
import { createRecord } from './record.ts'
import { sizeOf } from './refs.ts'
import { removeDeleted } from './remove-deleted.ts'
import { createRepositories } from './repositories.ts'
import { createGitRoutes } from './route.ts'
import { createSpace } from './space.ts'
import { createStorage, rootOf, type Storage } from './storage.ts'
import { createUnderWay } from './under-way.ts'

interface Parts {
  readonly models: RepositoryModels & ApplicationModels & AccessModels
  readonly access: Access
  readonly table: Table
  readonly log: Log
  readonly authenticate: Authenticate
  readonly config: Pick<
    Config,
    | 'dataDir'
    | 'repositoriesDir'
    | 'maxPushMb'
    | 'maxRepositoryMb'
    | 'maxOrganisationRepositoriesMb'
    | 'gitTimeoutS'
    | 'gitIdleS'
  >
  /** Undefined where it is not installed: applications go on, without repositories. */
  readonly git: Git | undefined
  readonly origin: () => string
  readonly now: Clock
  readonly logger: Logger
}

/** A follower of the feed, after the access table. */
export interface Repositories extends Follower {
  readonly handlers: Handlers<'repositories'>
  readonly routes: (count: CountRequest) => RequestHandler
  readonly jobs: readonly Job[]
  /** Where they are, or why there are none, for people; once it has started. */
  destination(): string
  /** A name that the folder has and no other, once it has started: by it nodes see that they share one. */
  folderName(): string | undefined
  start(): Promise<void>
  stop(): Promise<void>
}

const megabyte = 1_000_000

/** Everything about repositories, put together. */
export function openRepositories(parts: Parts): Repositories {
  const { models, access, git, origin, now, logger, config } = parts
  const storage = createStorage({ root: rootOf(config), git, told: findTold(models) })
  const defaultBranch =
    git && createDefaultBranch({ models, git, storage, lifeMs: timeoutOf(config) + graceMs, now, logger })
  const serves = git && defaultBranch && { git, defaultBranch }
  const handlers = createRepositories({ models, access, serving: serves, origin, logger })
  const removing = removeDeleted({ models, storage, now })
  if (serves === undefined) {
    const destination = 'is not installed: applications have no repositories until it is, and the server started again'
    logger.warn(`git ${destination}`)
    const routes = (count: CountRequest) => createGitRoutes(undefined, count)
    const nothing = { apply() {}, reset() {}, async start() {}, async stop() {} }
    return {
      handlers,
      routes,
      jobs: [removing],
      destination: () => destination,
      folderName: () => undefined,
      ...nothing,
    }
  }
  return { handlers, ...serving(parts, serves, storage, [removing]) }
}

const timeoutOf = ({ gitTimeoutS }: Pick<Config, 'gitTimeoutS'>) => gitTimeoutS * 1_000

/** Enough to see whether the folder is the one that the log tells of. */
const someTold = 100

function findTold({ repositories }: RepositoryModels) {
  return async (application?: string): Promise<readonly string[]> => {
    const told = { version: trusted({ $gt: 0 }), deletedAt: trusted({ $exists: false }) }
    const which = application === undefined ? told : { _id: application, ...told }
    const found = await repositories.find(which, { _id: 1 }).limit(someTold).lean()
    return found.map(({ _id }) => _id)
  }
}

function serving(
  { models, access, table, log, authenticate, now, logger, config }: Parts,
  { git, defaultBranch }: { git: Git; defaultBranch: DefaultBranch },
  storage: Storage,
  jobs: readonly Job[],
): Omit<Repositories, 'handlers'> {
  const timeoutMs = timeoutOf(config)
  const hooks = createHooks({ logger })
  const backend = createBackend({
    hooksDirectory: hooks.directory,
    limits: { timeoutMs, idleMs: config.gitIdleS * 1_000, maxPushBytes: config.maxPushMb * megabyte },
    logger,
  })
  const record = createRecord({ models, log, git, storage })
  const room = createMakeRoom({ pathOf: storage.pathOf, now, logger })
  const space = createSpace({
    models,
    makeRoom: room.make,
    sizeOf: (application) => sizeOf(git, storage.pathOf(application)),
    limits: {
      maxRepositoryBytes: config.maxRepositoryMb * megabyte,
      maxOrganisationBytes: config.maxOrganisationRepositoriesMb * megabyte,
    },
  })
  const reconciler = createReconciler({
    models,
    record,
    git,
    space,
    storage,
    lifeMs: timeoutMs + graceMs,
    now,
    logger,
  })
  const underWay = createUnderWay({
    hold: ({ account }, organisation) => table.hold(account, organisation),
    now,
    logger,
  })
  const defaultBranchOf = async (application: string) => (await defaultBranch.read(application)).name
  const pushing = { models, access, now, timeoutMs, space, defaultBranchOf }
  const routes = {
    models,
    access,
    authenticate,
    storage,
    backend,
    hooks,
    underWay,
    begin: (request: Parameters<typeof beginPush>[1]) => beginPush(pushing, request),
    record,
    git,
    logger,
  }
  let isThere = true
  let folderName: string | undefined
  return {
    routes: (count) => createGitRoutes(routes, count),
    jobs: [...jobs, reconciler.job, defaultBranch.job],
    destination: () => `${storage.root}${isThere ? '' : ', where they are missing'}, by git ${git.version}`,
    folderName: () => folderName,
    apply: underWay.apply,
    reset: underWay.reset,
    async start() {
      isThere = await storage.isThere()
      folderName = await storage.name()
      underWay.start()
      await hooks.start()
      if (isThere) {
        await reconciler.atStart()
        await defaultBranch.job.run(new AbortController().signal)
      } else logger.error({ folder: storage.root }, missing)
    },
    async stop() {
      underWay.stop()
      await backend.stop()
      await room.stop()
      await hooks.stop()
    },
  }
}

const missing =
  'The folder of the repositories is empty, although there are repositories: is a disk not mounted, or REPOSITORIES_DIR another? Until they are there again, nothing is cloned or pushed, and nothing told of what became of them'
