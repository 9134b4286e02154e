import type { Config } from '../config.ts'

/** Which pages may do what. Derived from settings only: what a request says in Host can be chosen by an attacker. */
export interface Origins {
  /** The dashboard's own: may keep its refresh token in a cookie. */
  isOwn(origin: string | undefined): boolean
  /** May call the API and connect live: our own, CORS_ORIGINS, and clients that are no browsers and send none. */
  isAllowed(origin: string | undefined): boolean
}

/** `port` is asked when it is needed: with PORT 0 it is known only once the server listens. */
export function createOrigins(
  { publicUrl, host, corsOrigins }: Pick<Config, 'publicUrl' | 'host' | 'corsOrigins'>,
  port: () => number,
): Origins {
  const hosts = new Set(['localhost', '127.0.0.1', '[::1]', host.includes(':') ? `[${host}]` : host])
  const isOwn = (origin: string | undefined) =>
    origin !== undefined &&
    (publicUrl === undefined ? [...hosts].some((name) => origin === `http://${name}:${port()}`) : origin === publicUrl)
  return {
    isOwn,
    isAllowed: (origin) => origin === undefined || isOwn(origin) || corsOrigins.includes(origin),
  }
}
