import { problem } from '@rolecall/contract'
import express, { type Router } from 'express'

export interface Health {
  /** Started, not stopping, and live push is in step. */
  readonly isReady: () => boolean
  /** Rejects when the database does not answer in time. */
  readonly ping: () => Promise<void>
}

/** `/healthz`: the process answers. `/readyz`: requests may be sent to it. */
export function createHealth({ isReady, ping }: Health): Router {
  const router = express.Router({ caseSensitive: true, strict: true })
  router.get('/healthz', (_request, response) => {
    response.locals.route = '/healthz'
    response.json({ status: 'ok' })
  })
  router.get('/readyz', async (_request, response) => {
    response.locals.route = '/readyz'
    if (!isReady()) throw problem('unavailable', { detail: 'Starting, stopping or out of step.' })
    await ping().catch(() => {
      throw problem('unavailable', { detail: 'The database does not answer.' })
    })
    response.json({ status: 'ready' })
  })
  return router
}
