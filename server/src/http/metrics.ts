import { problem } from '@rolecall/contract'
import type { RequestHandler } from 'express'
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Durations } from './access-log.ts'
import { bearerToken } from './bearer.ts'
import { isSameToken } from './is-same-token.ts'
import { isFromThisMachine } from './this-machine.ts'

/** What the open connections take. */
interface LiveLoad {
  connected(): number
  unsentBytes(): number
}

export interface Metrics {
  readonly registry: Registry
  readonly durations: Durations
}

/** `live` is asked when the metrics are read. */
export function createMetrics(live: LiveLoad): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const durations = new Histogram({
    name: 'rolecall_http_request_duration_seconds',
    help: 'Time from the arrival of a request to the end of its answer',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  })
  new Gauge({
    name: 'rolecall_live_sockets',
    help: 'Connections over which changes are pushed',
    registers: [registry],
    collect() {
      this.set(live.connected())
    },
  })
  new Gauge({
    name: 'rolecall_live_unsent_bytes',
    help: 'What waits, over all connections, for clients that read slower than they are sent to',
    registers: [registry],
    collect() {
      this.set(live.unsentBytes())
    },
  })
  return { registry, durations }
}

/** For whoever has METRICS_TOKEN; without that setting for this machine alone. */
export function metricsHandler(registry: Registry, token: string | undefined): RequestHandler {
  return async (request, response) => {
    response.locals.route = '/metrics'
    if (token === undefined ? !isFromThisMachine(request) : !isSameToken(bearerToken(request) ?? '', token)) {
      throw problem(token === undefined ? 'not_found' : 'unauthenticated')
    }
    response.setHeader('Content-Type', registry.contentType)
    response.end(await registry.metrics())
  }
}
