import type { RequestHandler } from 'express'
import type { Histogram } from 'prom-client'
import type { Logger } from '../logger.ts'

export type Durations = Histogram<'method' | 'route' | 'status'>

/**
 * A line and a measurement for each request. Of its address only the path: what stands in a query, in headers and in
 * bodies may be secret.
 */
export function accessLog(logger: Logger, durations: Durations): RequestHandler {
  return (request, response, next) => {
    const start = performance.now()
    const [path] = request.originalUrl.split('?', 1)
    response.once('close', () => {
      const route: string | undefined = response.locals.route
      const status = response.writableFinished ? response.statusCode : 499
      const durationMs = performance.now() - start
      durations.observe({ method: request.method, route: route ?? 'other', status }, durationMs / 1000)
      const level = route !== undefined && /^\/(v1|git)\//.test(route) ? 'info' : 'debug'
      if (!logger.isLevelEnabled(level)) return
      logger[level](
        {
          requestId: response.getHeader('X-Request-Id'),
          method: request.method,
          path: path?.slice(0, 256),
          status,
          durationMs: Math.round(durationMs * 10) / 10,
          address: request.ip,
          account: response.locals.account,
        },
        'request',
      )
    })
    next()
  }
}
