import { problem } from '@rolecall/contract'
import { parseCookie, stringifySetCookie } from 'cookie'
import type { Request } from 'express'
import type { Origins } from './origins.ts'

const name = 'rolecall_refresh'
const path = '/v1/sessions/refresh'
// As long as a session lives unused; whether it still does is for the server to say.
const maxAge = 30 * 24 * 60 * 60

/** The refresh token of the cookie. Taken from pages of our own origin only, though SameSite says so already. */
export function readRefreshCookie(request: Request, origins: Origins): string | undefined {
  const { cookie, origin } = request.headers
  if (cookie === undefined || !origins.isOwn(origin)) return undefined
  return parseCookie(cookie)[name]
}

/** A cookie is asked for in the body; a page elsewhere could not use it, so that it is told before anything is done. */
export function refuseForeignCookie(body: unknown, request: Request, origins: Origins): void {
  if (typeof body !== 'object' || body === null || !('cookie' in body) || body.cookie !== true) return
  if (origins.isOwn(request.headers.origin)) return
  throw problem('origin_not_allowed', {
    detail: 'Only a page of the server’s own origin can keep its refresh token in a cookie. Leave `cookie` out.',
  })
}

export function refreshCookieHeader(token: string | null, secure: boolean): string {
  const lifetime = token === null ? { expires: new Date(0), maxAge: 0 } : { maxAge }
  return stringifySetCookie({ name, value: token ?? '', path, httpOnly: true, sameSite: 'strict', secure, ...lifetime })
}
