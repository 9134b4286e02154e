import { join } from 'node:path'
import type { RequestHandler } from 'express'
import type { Access } from '../access/access.ts'
import type { AccessModels } from '../access/documents.ts'
import type { ApplicationModels } from '../applications/documents.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Handlers } from '../http/call.ts'
import type { CountRequest } from '../http/rate-limits.ts'
import type { Job } from '../jobs/jobs.ts'
import type { Log } from '../log/log.ts'
import type { Logger } from '../logger.ts'
import type { Authenticate } from '../tokens/authenticate.ts'
import { createBackend } from './backend.ts'
import type { RepositoryModels } from './documents.ts'
import type { Git } from './git.ts'
import { createHooks } from './hooks.ts'
import { beginPush } from './pushes.ts'
import { createReconciler } from './reconcile.ts'
import { createRecord } from './record.ts'
import { sizeOf } from './refs.ts'
import { removeDeleted } from './remove-deleted.ts'
import { createRepositories } from './repositories.ts'
import { createGitRoutes } from './route.ts'
import { createStorage } from './storage.ts'

interface Parts {
  readonly models: RepositoryModels & ApplicationModels & AccessModels
  readonly access: Access
  readonly log: Log
  readonly authenticate: Authenticate
  readonly config: Pick<Config, 'dataDir' | 'repositoriesDir' | 'maxPushMb' | 'maxRepositoryMb' | 'gitTimeoutS'>
  /** Undefined where it is not installed: applications go on, without repositories. */
  readonly git: Git | undefined
  readonly origin: () => string
  readonly now: Clock
  readonly logger: Logger
}

export interface Repositories {
  readonly handlers: Handlers<'repositories'>
  readonly routes: (count: CountRequest) => RequestHandler
  readonly jobs: readonly Job[]
  /** Where they are, or why there are none, for people. */
  readonly destination: string
  start(): Promise<void>
  stop(): Promise<void>
}

const megabyte = 1_000_000

/** Everything about repositories, put together. */
export function openRepositories(parts: Parts): Repositories {
  const { models, access, git, origin, now, logger, config } = parts
  const root = config.repositoriesDir ?? join(config.dataDir, 'repositories')
  const storage = createStorage({ root, git })
  const handlers = createRepositories({ models, access, git, storage, origin })
  const removing = removeDeleted({ models, storage, now })
  if (git === undefined) {
    const destination = 'is not installed: applications have no repositories until it is, and the server started again'
    logger.warn(`git ${destination}`)
    const routes = (count: CountRequest) => createGitRoutes(undefined, count)
    return { handlers, routes, jobs: [removing], destination, start: async () => {}, stop: async () => {} }
  }
  return { handlers, ...serving(parts, git, storage, [removing]) }
}

function serving(
  { models, access, log, authenticate, now, logger, config }: Parts,
  git: Git,
  storage: ReturnType<typeof createStorage>,
  jobs: readonly Job[],
): Omit<Repositories, 'handlers'> {
  const timeoutMs = config.gitTimeoutS * 1_000
  const hooks = createHooks({ logger })
  const backend = createBackend({
    hooksDirectory: hooks.directory,
    limits: { timeoutMs, maxPushBytes: config.maxPushMb * megabyte },
    logger,
  })
  const record = createRecord({ models, log, git, storage })
  const reconciler = createReconciler({ models, record, now, logger })
  const pushing = {
    models,
    access,
    now,
    timeoutMs,
    sizeOf: (application: string) => sizeOf(git, storage.pathOf(application)),
    maxRepositoryBytes: config.maxRepositoryMb * megabyte,
  }
  const routes = {
    models,
    access,
    authenticate,
    storage,
    backend,
    hooks,
    begin: (request: Parameters<typeof beginPush>[1]) => beginPush(pushing, request),
    record,
    git,
    logger,
  }
  return {
    routes: (count) => createGitRoutes(routes, count),
    jobs: [...jobs, reconciler.job],
    destination: `${storage.root}, by git ${git.version}`,
    async start() {
      await hooks.start()
      await reconciler.atStart()
    },
    async stop() {
      await backend.stop()
      await hooks.stop()
    },
  }
}
