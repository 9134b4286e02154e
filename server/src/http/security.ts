import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import cors from 'cors'
import type { RequestHandler } from 'express'
import helmet from 'helmet'
import type { Origins } from './origins.ts'

/**
 * Scripts and styles are files of ours alone, and there is no frame around us; `'self'` covers the WebSocket of the same
 * host. https is demanded only where PUBLIC_URL promises it.
 */
export function securityHeaders(isHttps: boolean): RequestHandler {
  const headers = headersOf(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          'default-src': ["'none'"],
          'script-src': ["'self'"],
          'style-src': ["'self'"],
          'img-src': ["'self'"],
          'font-src': ["'self'"],
          'connect-src': ["'self'"],
          'manifest-src': ["'self'"],
          'base-uri': ["'none'"],
          'form-action': ["'self'"],
          'frame-ancestors': ["'none'"],
          ...(isHttps ? { 'upgrade-insecure-requests': [] } : {}),
        },
      },
      strictTransportSecurity: isHttps,
      xFrameOptions: { action: 'deny' },
    }),
  )
  return (_request, response, next) => {
    for (const [name, value] of headers) response.setHeader(name, value)
    next()
  }
}

/** They are the same in every answer: asked once, since helmet would go through a dozen functions each time. */
function headersOf(handler: ReturnType<typeof helmet>): ReadonlyMap<string, string> {
  const request = new IncomingMessage(new Socket())
  const response = new ServerResponse(request)
  handler(request, response, () => undefined)
  return new Map(response.getHeaderNames().map((name) => [name, String(response.getHeader(name))]))
}

/** Pages of CORS_ORIGINS may call the API with a token; cookies are for our own origin, so there are no credentials. */
export function crossOrigin(origins: Origins): RequestHandler {
  return cors({
    origin: (origin, decide) => decide(null, origin !== undefined && origins.isAllowed(origin)),
    methods: ['GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE'],
    allowedHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'X-Request-Id'],
    exposedHeaders: [
      'Rolecall-Seq',
      'Rolecall-Fenced',
      'Idempotency-Replayed',
      'X-Request-Id',
      'Retry-After',
      'RateLimit',
      'RateLimit-Policy',
    ],
    maxAge: 600,
  })
}
