import type { IncomingMessage } from 'node:http'

/** User name and password of `Authorization: Basic`. */
export function readBasic({ headers }: IncomingMessage): { user: string; password: string } | undefined {
  const [, encoded] = /^Basic +([\w+/=-]+)$/i.exec(headers.authorization ?? '') ?? []
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon === -1 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) }
}
