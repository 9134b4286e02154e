/**
 * The contract for programs and for people: `/openapi.json`, `/asyncapi.json`, and `/docs` to browse the first, all of it
 * from this server alone.
 */
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import express, { type Response, type Router } from 'express'
import type { Config } from '../config.ts'

type Settings = Pick<Config, 'publicUrl' | 'port'>

export function createContractDocuments({ publicUrl, port }: Settings): Router {
  const router = express.Router({ caseSensitive: true, strict: true })
  // Not needed to start, not quick to load, and the same for everybody.
  const openApi = once(async () => (await import('./openapi.ts')).openApi(publicUrl))
  const asyncApi = once(async () => (await import('./asyncapi.ts')).asyncApi(publicUrl ?? `http://localhost:${port}`))

  router.get('/openapi.json', async (_request, response) => sendJson(response, '/openapi.json', await openApi()))
  router.get('/asyncapi.json', async (_request, response) => sendJson(response, '/asyncapi.json', await asyncApi()))
  router.use('/docs', createPage())
  return router
}

/** As text; a failure is asked again. */
function once(describe: () => Promise<object>): () => Promise<string> {
  let text: Promise<string> | undefined
  return () => {
    text ??= describe().then((document) => JSON.stringify(document))
    text.catch(() => {
      text = undefined
    })
    return text
  }
}

function sendJson(response: Response, route: string, text: string): void {
  response.locals.route = route
  response.setHeader('Content-Type', 'application/json; charset=utf-8')
  response.send(text)
}

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Rolecall API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<main id="docs"></main>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/begin.js"></script>
</html>
`

/** Without the validator of another host, which it would ask by default. */
const begin = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  docExpansion: 'list',
  filter: true,
  validatorUrl: null,
})
`

const require = createRequire(import.meta.url)
const library = dirname(require.resolve('swagger-ui-dist/package.json'))

/** Swagger UI, which has its pictures in its style sheet. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

function createPage(): Router {
  const router = express.Router({ caseSensitive: true })
  router.use((_request, response, next) => {
    response.locals.route = '/docs'
    response.setHeader('Content-Security-Policy', contentSecurityPolicy)
    response.setHeader('Cache-Control', 'no-cache')
    next()
  })
  router.get('/', (_request, response) => {
    response.type('html').send(page)
  })
  router.get('/begin.js', (_request, response) => {
    response.type('js').send(begin)
  })
  for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js']) {
    router.get(`/${file}`, (_request, response, next) => {
      response.sendFile(file, { root: library, cacheControl: false }, (error) => {
        if (error) next(error)
      })
    })
  }
  return router
}
