/** Repositories as git clients see them: smart HTTP, for whoever holds a token and may. */
import { ProblemError, problem } from '@rolecall/contract'
import express, { type ErrorRequestHandler, type Request, type RequestHandler, type Response } from 'express'
import type { Access } from '../access/access.ts'
import type { GitPrincipal } from '../access/principal.ts'
import { existing } from '../applications/application.ts'
import type { ApplicationModels } from '../applications/documents.ts'
import { answerProblem, sayRetryAfter } from '../http/answer-problem.ts'
import type { CountRequest } from '../http/rate-limits.ts'
import { allowLongBody } from '../http/server.ts'
import type { Logger } from '../logger.ts'
import type { Authenticate } from '../tokens/authenticate.ts'
import type { Backend, Service } from './backend.ts'
import { readBasic } from './basic.ts'
import { Cut } from './cut.ts'
import { followFirstBranch } from './default-branch.ts'
import type { Git } from './git.ts'
import type { Hooks } from './hooks.ts'
import type { Push } from './pushes.ts'
import type { Record } from './record.ts'
import type { Storage } from './storage.ts'
import type { UnderWay } from './under-way.ts'

export interface GitRouteParts {
  readonly models: ApplicationModels
  readonly access: Pick<Access, 'readOrganisation'>
  readonly authenticate: Authenticate
  readonly storage: Storage
  readonly backend: Backend
  readonly hooks: Pick<Hooks, 'open'>
  readonly underWay: Pick<UnderWay, 'open'>
  readonly begin: (request: {
    principal: GitPrincipal
    organisation: string
    application: string
    signal: AbortSignal
  }) => Push
  readonly record: Record
  readonly git: Git
  readonly logger: Logger
}

const services = {
  'git-upload-pack': 'repository:read',
  'git-receive-pack': 'repository:write',
} as const satisfies { [Name in Service]: string }

/** Answers 501 to everything where git is missing (`parts` is undefined). */
export function createGitRoutes(parts: GitRouteParts | undefined, count: CountRequest): RequestHandler {
  const router = express.Router({ caseSensitive: true, strict: true })
  const base = '/:organisation/:repository'
  if (parts === undefined) {
    router.use(() => {
      throw problem('git_missing', { detail: 'Whoever runs the server can install git and start it again.' })
    })
  } else {
    const serve = createServe(parts, count)
    router.get(`${base}/info/refs`, (request, response) => serve(request, response, 'advertise', serviceOf(request)))
    for (const service of Object.keys(services) as Service[]) {
      router.post(`${base}/${service}`, (request, response) => serve(request, response, 'exchange', service))
    }
    router.use(() => {
      throw problem('not_found')
    })
  }
  router.use(refuse)
  return router
}

interface Asked {
  readonly principal: GitPrincipal
  readonly organisation: string
  readonly application: string
  readonly signal: AbortSignal
  readonly step: 'advertise' | 'exchange'
  readonly service: Service
}

function createServe(parts: GitRouteParts, count: CountRequest) {
  const { models, access, storage, backend, hooks, underWay, begin, record, git, logger } = parts

  async function authenticated(request: Request, response: Response): Promise<GitPrincipal> {
    const { user = '', password } = readBasic(request) ?? {}
    const countBy = (account?: string) => count({ operation: 'git', account, address: request.ip ?? '' }, response)
    let isCounted = false
    const beforeLookUp = () => {
      isCounted = true
      return countBy()
    }
    const principal = password ? await parts.authenticate(user, password, beforeLookUp) : undefined
    response.locals.account = principal?.account
    if (principal !== undefined || !isCounted) await countBy(principal?.account)
    if (principal !== undefined) return principal
    throw problem('unauthenticated', {
      detail:
        'Sign in with your email address and, as password, a token that you have made for git, or with an API key.',
    })
  }

  /** Serves what a push does, and then tells of it. The client hears that it is done once that is done. */
  async function servePush(push: Push, application: string, path: string, serve: () => Promise<void>): Promise<void> {
    try {
      await serve()
    } finally {
      try {
        if (push.wasAllowed()) {
          await followFirstBranch(git, path)
          // Else the organisation was deleted meanwhile, and a job tells of it should that be undone.
          if ((await record(application)) === 'done') await push.forget()
        }
      } finally {
        await push.giveBack()
      }
    }
  }

  /** Answers once git’s processes are over, and what they did is recorded. */
  async function exchange(
    request: Request,
    response: Response,
    { principal, organisation, application, signal, step, service }: Asked,
  ): Promise<void> {
    const repository = await storage.ensure(application)
    const wanted = { repository, service, step, account: principal.account, signal }
    if (step === 'advertise' || service === 'git-upload-pack') {
      await backend.serve(request, response, { ...wanted, environment: {} })
      return
    }
    const push = begin({ principal, organisation, application, signal })
    const hook = hooks.open(push.decide)
    try {
      await servePush(push, application, repository, () =>
        backend.serve(request, response, { ...wanted, environment: hook.environment }),
      )
    } catch (error) {
      // What git has answered stands, and a job records what is not recorded.
      if (error instanceof Cut || !response.headersSent) throw error
      logger.warn({ err: error, application }, 'a push did not end as it should')
    } finally {
      hook.close()
    }
  }

  return async (request: Request, response: Response, step: 'advertise' | 'exchange', service: Service) => {
    response.locals.route = `/git/{organisation}/{application}.git/${step === 'advertise' ? 'info/refs' : service}`
    const principal = await authenticated(request, response)
    const organisation = String(request.params.organisation).slice(0, 64)
    const application = applicationOf(request)
    const needs = services[service]
    const ask = async () => {
      await access.readOrganisation({ principal, params: { organisation }, permission: needs }, async (snapshot) => {
        await existing(models, snapshot, application, organisation)
      })
    }
    const { signal, close } = await underWay.open({ principal, organisation, application, needs }, ask)
    try {
      allowLongBody(request)
      await exchange(request, response, { principal, organisation, application, signal, step, service })
      response.end()
    } catch (error) {
      if (!(error instanceof Cut)) throw error
      response.destroy()
      const { reason } = error
      logger.info({ reason, service, application, account: principal.account }, 'a clone or push was cut')
    } finally {
      close()
    }
  }
}

function applicationOf({ params: { repository } }: Request): string {
  const id = /^(app_[0-9a-z]{26})\.git$/.exec(String(repository))?.[1]
  if (id === undefined) throw problem('not_found')
  return id
}

/** The protocol without services, which reads files, is not served. */
function serviceOf({ url }: Request): Service {
  const service = new URLSearchParams(url.slice(url.indexOf('?') + 1)).get('service') ?? ''
  if (Object.hasOwn(services, service)) return service as Service
  throw problem('invalid_request', { detail: 'Use a git client of version 1.6.6 or later.' })
}

/** Git shows its user what is wrong where it is told in plain text. */
const refuse: ErrorRequestHandler = (error, request, response, next) => {
  if (!(error instanceof ProblemError) || response.headersSent) {
    next(error)
    return
  }
  const challenge = 'Basic realm="Rolecall", charset="UTF-8"'
  if (request.get('User-Agent')?.startsWith('git/') !== true) {
    answerProblem(response, error, challenge)
    return
  }
  const { title, detail } = error.toProblem()
  response.status(error.status)
  if (error.status === 401) response.setHeader('WWW-Authenticate', challenge)
  sayRetryAfter(response, error)
  response.setHeader('Content-Type', 'text/plain; charset=utf-8')
  response.end(`${[title, detail].filter((text) => text !== undefined).join('. ')}\n`)
}
