import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { problem } from '@rolecall/contract'
import express, { type RequestHandler, type Router } from 'express'

/** Names under which no page of the dashboard lies. */
const reserved = /^\/(v1|socket\.io|assets|\.well-known|healthz|readyz|metrics|dev|docs|[\w-]+\.json)(\/|$)/

/**
 * The dashboard as it was built. Its own addresses (`/o/{id}/members`) are known to its script alone, so that whatever
 * a browser opens as a page gets the one page that there is.
 */
export function createDashboard(directory: string): Router {
  const router = express.Router()
  const page = join(directory, 'index.html')
  router.use(
    express.static(directory, {
      index: false,
      redirect: false,
      setHeaders: (response, file) => {
        // Files in assets/ carry a hash of what they hold in their names.
        const isHashed = file.startsWith(join(directory, 'assets'))
        response.setHeader('Cache-Control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    }),
  )
  router.get('/{*path}', servePage(page))
  return router
}

function servePage(page: string): RequestHandler {
  return (request, response, next) => {
    const wantsPage = request.path === '/' || (request.get('Accept') ?? '').includes('text/html')
    if (!wantsPage || reserved.test(request.path)) return next()
    if (!existsSync(page)) {
      throw problem('not_found', { detail: 'The dashboard is not built: `npm start` builds it.' })
    }
    response.locals.route = '/'
    response.setHeader('Cache-Control', 'no-cache')
    response.sendFile(page, { cacheControl: false }, (error) => {
      if (error) next(error)
    })
  }
}
