import { randomUUID } from 'node:crypto'
import type { RequestHandler } from 'express'

/** `X-Request-Id` connects an answer with its log lines, and with those of the proxy that gave the id. */
export const requestId: RequestHandler = (request, response, next) => {
  const given = request.get('X-Request-Id') ?? ''
  response.setHeader('X-Request-Id', /^[\w.:-]{8,64}$/.test(given) ? given : randomUUID())
  next()
}
