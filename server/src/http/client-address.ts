import type { IncomingMessage } from 'node:http'
import type { Express, Request } from 'express'

/** Whose request it is, behind the proxies that TRUST_PROXY names, where it does not come through Express. */
export function clientAddress(app: Express, { headers, socket }: IncomingMessage): string {
  const request: Request = Object.assign(Object.create(app.request), { headers, socket })
  return request.ip ?? ''
}
