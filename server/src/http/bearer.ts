import type { IncomingMessage } from 'node:http'

/** The token of `Authorization: Bearer`. There is no other place for one: addresses end up in logs. */
export function bearerToken({ headers }: IncomingMessage): string | undefined {
  return /^Bearer +([\w.~+/=-]+)$/i.exec(headers.authorization ?? '')?.[1]
}
