/** The routes of `/v1`, derived from the contract’s tables: validated, authenticated, answered alike. */
import { isDeepStrictEqual } from 'node:util'
import { type Feature, type Operation, operations, problem } from '@rolecall/contract'
import { preview, queryOf, schemas } from '@rolecall/contract/schemas'
import express, { type Request, type RequestHandler, type Response, type Router } from 'express'
import type { z } from 'zod'
import { peopleOnly } from '../access/me.ts'
import { type Operator, operator } from '../access/operator.ts'
import type { Caller } from '../access/principal.ts'
import { Refusal } from '../refusal.ts'
import { bearerToken } from './bearer.ts'
import type { Handlers, Reply, SentFile, Streamed } from './call.ts'
import { readRefreshCookie, refreshCookieHeader, refuseForeignCookie } from './cookies.ts'
import { createIdempotencyReader } from './idempotency-key.ts'
import { isSameToken } from './is-same-token.ts'
import { readJson } from './json-body.ts'
import type { Origins } from './origins.ts'
import type { CountRequest } from './rate-limits.ts'
import { answerStream, formatOf } from './stream.ts'
import { queryValidator, validate } from './validation.ts'

/** What every operation does. */
export type AllHandlers = { readonly [F in Feature]: Handlers<F> }

export interface RoutesOptions {
  readonly handlers: AllHandlers
  /** Awaits `beforeLookUp` where the database has to be asked who it is. */
  readonly verify: (token: string, beforeLookUp: () => Promise<void>) => Promise<Caller>
  /** With which the platform’s operator asks; without it nobody does. */
  readonly operatorToken: string | undefined
  /** Resolves once nobody on this node is served by what the change at this position took away. */
  readonly fence: (log: string, seq: number) => Promise<void>
  /** Counts a request against the limits of whoever makes it. */
  readonly count: CountRequest
  readonly origins: Origins
  readonly secretKey: string
  /** Cookies travel over https only. */
  readonly secureCookies: boolean
  /** Holds each answer against its schema, as tests do. */
  readonly checkAnswers: boolean
}

/** One line of the tables, with its schemas and its handler, for which their keys have been lost. */
interface Route {
  readonly name: string
  readonly operation: Operation
  readonly schemas: { readonly query?: z.ZodObject; readonly body?: z.ZodObject; readonly answer?: z.ZodType }
  readonly handler: (call: unknown) => Promise<Reply<unknown> | Streamed | SentFile>
}

export function createRoutes(options: RoutesOptions): Router {
  const router = express.Router({ caseSensitive: true, strict: true })
  const routes = listRoutes(options.handlers)
  const idempotencyOf = createIdempotencyReader(options.secretKey)
  // `{` sorts after all letters, so that /sessions/current is met before /sessions/{session}.
  for (const path of [...new Set(routes.map((route) => route.operation.path))].sort()) {
    const ofPath = routes.filter((route) => route.operation.path === path)
    const at = router.route(path.replace(/\{(\w+)\}/g, ':$1'))
    for (const route of ofPath) {
      const method = route.operation.method.toLowerCase() as 'get' | 'post' | 'patch' | 'put' | 'delete'
      at[method](handle(route, options, idempotencyOf))
    }
    at.all(otherMethod(ofPath.map((route) => route.operation.method)))
  }
  return router
}

function listRoutes(handlers: AllHandlers): Route[] {
  return Object.entries(operations).flatMap(([feature, table]) =>
    Object.entries(table).map(([name, operation]) => {
      const key = feature as Feature
      return {
        name: `${feature}.${name}`,
        operation,
        // The one cast of the derivation: `Handlers` and `SchemasFor` have checked that both tables hold every name.
        schemas: (schemas[key] as Record<string, unknown>)[name],
        handler: (handlers[key] as Record<string, unknown>)[name],
      } as Route
    }),
  )
}

function otherMethod(methods: readonly string[]): RequestHandler {
  const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ')
  return (request, response) => {
    response.setHeader('Allow', allow)
    if (request.method !== 'OPTIONS') throw problem('method_not_allowed', { detail: `Possible here: ${allow}` })
    response.status(204).end()
  }
}

function handle(
  { name, operation, schemas, handler }: Route,
  options: RoutesOptions,
  idempotencyOf: ReturnType<typeof createIdempotencyReader>,
): RequestHandler {
  const readQuery = queryValidator(queryOf(operation, schemas.query))
  const isRepeatable = operation.method === 'POST' && operation.needs !== 'anyone'

  return async (request, response) => {
    response.locals.route = `/v1${operation.path}`
    const count = (account?: string) => options.count({ operation: name, account, address: request.ip ?? '' }, response)
    let isCounted = false
    const beforeLookUp = () => {
      isCounted = true
      return count()
    }
    const isAnonymous = operation.needs === 'anyone'
    const principal = isAnonymous
      ? undefined
      : await authenticate(request, operation, options, beforeLookUp).catch(async (error: unknown) => {
          if (!isCounted) await count()
          throw error
        })
    response.locals.account = principal?.account
    await count(principal?.account)
    const { dryRun, ...query } = readQuery(request.url)
    const body = schemas.body && validate(schemas.body, (await readJson(request, response)) ?? {})
    refuseForeignCookie(body, request, options.origins)
    const idempotency =
      principal && isRepeatable && dryRun !== 'true'
        ? idempotencyOf({
            key: request.get('Idempotency-Key'),
            principal,
            method: operation.method,
            path: request.baseUrl + request.path,
            body,
            secret: operation.secret,
          })
        : undefined
    const format = operation.formats && formatOf(request, operation.formats)
    if (operation.formats) response.vary('Accept')
    const reply = await handler({
      params: shortParams(request),
      query,
      body,
      permission: format === undefined ? operation.needs : (operation.formatsNeed ?? operation.needs),
      principal,
      idempotency,
      dryRun: dryRun === 'true',
      format,
      client: clientOf(request, options.origins),
    }).catch((error: unknown) => {
      if (error instanceof Refusal && error.removesCookie) setRefreshCookie(response, null, options.secureCookies)
      throw error
    })
    if ('stream' in reply) {
      if (format === undefined) throw new Error(`${name} answered in a format that nobody asked for`)
      await answerStream(request, response, format, reply)
      return
    }
    if ('bytes' in reply) {
      answerFile(response, operation, reply)
      return
    }
    if (dryRun === 'true') {
      if (reply.preview === undefined) throw new Error(`${name} was asked for a preview and made none`)
      if (options.checkAnswers) checkAnswer(name, preview, reply.preview)
      answerJson(response, 200, reply.preview)
      return
    }
    if (operation.revokes && reply.seq !== undefined) {
      // The log that the position is of: as the handler says, the organisation's of the path, or one's own.
      await options.fence(reply.log ?? shortParams(request).organisation ?? principal?.account ?? '', reply.seq)
      response.setHeader('Rolecall-Fenced', 'true')
    }
    if (options.checkAnswers) checkAnswer(name, schemas.answer, reply.body)
    answer(response, operation, reply, options.secureCookies)
  }
}

async function authenticate(
  request: Request,
  operation: Operation,
  { verify, operatorToken }: RoutesOptions,
  beforeLookUp: () => Promise<void>,
): Promise<Caller | Operator> {
  const token = bearerToken(request)
  if (token === undefined)
    throw problem('unauthenticated', { detail: 'Send `Authorization: Bearer` with an access token or an API key.' })
  if (operation.operator && operatorToken !== undefined && isSameToken(token, operatorToken)) return operator
  const caller = await verify(token, beforeLookUp)
  if (caller.kind === 'key' && (operation.needs === 'self' || operation.people)) throw peopleOnly()
  return caller
}

/** No id is as long as this: the database is not asked. */
const maxIdLength = 64

function shortParams(request: Request): Record<string, string> {
  const params: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.params)) {
    if (typeof value !== 'string' || value.length > maxIdLength) throw problem('not_found')
    params[name] = value
  }
  return params
}

function clientOf(request: Request, origins: Origins) {
  return {
    address: request.ip ?? '',
    userAgent: (request.get('User-Agent') ?? '').slice(0, 512),
    refreshCookie: readRefreshCookie(request, origins),
  }
}

function answer(response: Response, operation: Operation, reply: Reply<unknown>, secureCookies: boolean): void {
  if (reply.seq !== undefined) response.setHeader('Rolecall-Seq', String(reply.seq))
  if (reply.replayed === true) response.setHeader('Idempotency-Replayed', 'true')
  if (reply.refreshCookie !== undefined) setRefreshCookie(response, reply.refreshCookie, secureCookies)
  if (operation.status === 204) response.status(204).end()
  else answerJson(response, operation.status, reply.body)
}

function answerJson(response: Response, status: number, body: unknown): void {
  response.status(status)
  response.setHeader('Content-Type', 'application/json; charset=utf-8')
  const text = JSON.stringify(body)
  response.setHeader('Content-Length', Buffer.byteLength(text))
  response.end(text)
}

function answerFile(response: Response, { status, media }: Operation, { bytes, filename, seq }: SentFile): void {
  if (media === undefined) throw new Error('a file was answered where the contract has none')
  response.status(status)
  response.setHeader('Rolecall-Seq', String(seq))
  response.setHeader('Content-Type', media)
  response.setHeader('Content-Disposition', `inline; filename="${filename}"`)
  response.setHeader('Content-Length', bytes.byteLength)
  response.end(bytes)
}

function setRefreshCookie(response: Response, token: string | null, secure: boolean): void {
  response.setHeader('Set-Cookie', refreshCookieHeader(token, secure))
}

/** Says where a handler’s answer is not what the contract promises, also by what it holds too much. */
function checkAnswer(name: string, schema: z.ZodType | undefined, body: unknown): void {
  if (schema === undefined) {
    if (body === undefined) return
    throw new Error(`${name} answered a body where the contract has none`)
  }
  const sent: unknown = body === undefined ? undefined : JSON.parse(JSON.stringify(body))
  const parsed = schema.safeParse(sent)
  if (!parsed.success) throw new Error(`${name} answered what its schema refuses: ${parsed.error.message}`)
  if (!isDeepStrictEqual(parsed.data, sent)) throw new Error(`${name} answered more than its schema has`)
}
