import { problem } from '@rolecall/contract'
import express, { type Express, type RequestHandler } from 'express'
import type { Config } from '../config.ts'
import type { Logger } from '../logger.ts'
import type { MailFiles } from '../mail/files.ts'
import { accessLog } from './access-log.ts'
import { errorHandler } from './answer-problem.ts'
import { createContractDocuments } from './contract-documents.ts'
import { createDashboard } from './dashboard.ts'
import { createDevMail } from './dev-mail.ts'
import { createHealth, type Health } from './health.ts'
import { type Metrics, metricsHandler } from './metrics.ts'
import { type CountRequest, createRateLimits } from './rate-limits.ts'
import { requestId } from './request-id.ts'
import { createRoutes, type RoutesOptions } from './routes.ts'
import { crossOrigin, securityHeaders } from './security.ts'

export interface HttpOptions
  extends Omit<RoutesOptions, 'secureCookies' | 'checkAnswers' | 'count' | 'operatorToken'>,
    Health {
  readonly config: Config
  readonly logger: Logger
  readonly metrics: Metrics
  readonly jwks: () => object
  /** Where the built dashboard lies. */
  readonly dashboardDirectory: string
  /** Mails that were not sent but written. */
  readonly mailFiles: MailFiles | undefined
  /** The repositories, for git clients. */
  readonly git: (count: CountRequest) => RequestHandler
}

/** Everything that is answered over HTTP, except for the sockets. */
export function createHttp(options: HttpOptions): Express {
  const { config, logger, metrics, origins } = options
  const isHttps = config.publicUrl?.startsWith('https:') === true

  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('trust proxy', config.trustProxy)
  app.set('case sensitive routing', true)
  app.set('query parser', false)
  app.use(requestId, accessLog(logger, metrics.durations), securityHeaders(isHttps), crossOrigin(origins))

  app.use((_request, response, next) => {
    response.setHeader('Cache-Control', 'no-store')
    next()
  })
  const routing: RoutesOptions = {
    ...options,
    operatorToken: config.operatorToken,
    secureCookies: isHttps,
    checkAnswers: config.environment === 'test',
    count: config.rateLimits === 'on' ? createRateLimits() : async () => undefined,
  }
  // Nothing below it is a page: Express would tell OPTIONS what the dashboard’s route can do.
  app.use('/v1', createRoutes(routing), () => {
    throw problem('not_found')
  })
  app.use('/git', options.git(routing.count))
  app.use(createHealth(options))
  app.get('/metrics', metricsHandler(metrics.registry, config.metricsToken))
  app.get('/.well-known/jwks.json', (_request, response) => {
    response.locals.route = '/.well-known/jwks.json'
    // Long enough to spare us, short enough for a new key to become known within its overlap.
    response.setHeader('Cache-Control', 'public, max-age=300')
    response.json(options.jwks())
  })
  app.use(createContractDocuments(config))
  app.use(createDevMail(options.mailFiles, config))
  app.use(createDashboard(options.dashboardDirectory))
  app.use(() => {
    throw problem('not_found')
  })
  app.use(errorHandler(logger))
  return app
}
