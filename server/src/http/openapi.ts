/** `/openapi.json`, derived from the contract’s tables: what can be called is what is described. */
import { type Feature, type Operation, operations, problems } from '@rolecall/contract'
import { preview, queryOf, schemas } from '@rolecall/contract/schemas'
import { z } from 'zod'
import {
  createDocument,
  type oas31,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi'
import { exampleOf } from '../example.ts'
import { problem, problemCodes } from './problem-schema.ts'

type OperationSchemas = { readonly query?: z.ZodObject; readonly body?: z.ZodObject; readonly answer?: z.ZodType }

const idempotencyKey = z.string().min(1).max(255).optional().meta({
  description: 'Names a request: repeated with the same key it is done once, and answered alike',
})
const seq = z.string().optional().meta({
  description: 'Position in the log at which the answer is exact, or at which the change stands',
  example: '42',
})
const replayed = z
  .literal('true')
  .optional()
  .meta({ description: 'The answer of an earlier request with the same key' })

const file = { type: 'string', format: 'binary' } as const

const previewed = {
  description: 'With `dryRun=true`: what would happen',
  content: { 'application/json': withExample(preview, 'output', 'preview') },
}
const fenced = z.literal('true').optional().meta({ description: 'Whoever lost access is refused from here on' })

export function openApi(serverUrl = ''): oas31.OpenAPIObject {
  const paths: ZodOpenApiPathsObject = {}
  for (const [feature, table] of Object.entries(operations)) {
    // `SchemasFor` has checked that there are schemas for every operation of the table.
    const ofFeature = schemas[feature as Feature] as Record<string, OperationSchemas>
    for (const [name, operation] of Object.entries<Operation>(table)) {
      const method = operation.method.toLowerCase() as 'get' | 'post' | 'patch' | 'put' | 'delete'
      const path = `/v1${operation.path}` as const
      paths[path] = { ...paths[path], [method]: describe(feature, name, operation, ofFeature[name] ?? {}) }
    }
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Rolecall',
      version: '1',
      description:
        'Organisations, members and roles, live. Errors are problem details with a stable `code`. What goes over the sockets is in [/asyncapi.json](/asyncapi.json).',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: serverUrl === '' ? '/' : serverUrl }],
    tags: Object.keys(operations).map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        accessToken: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'The access token of a session, or an API key',
        },
      },
    },
  })
}

function describe(
  feature: string,
  name: string,
  operation: Operation,
  { query: own, body, answer }: OperationSchemas,
): ZodOpenApiOperationObject {
  const isOpen = operation.needs === 'anyone'
  const isRepeatable = operation.method === 'POST' && !isOpen
  const parameters = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, parameter = '']) => parameter)
  const query = queryOf(operation, own)
  const shown = operation.previews && operation.status === 200 && answer ? z.union([answer, preview]) : answer
  const others = Object.fromEntries((operation.formats ?? []).map((format) => [format, { schema: z.string() }]))
  const path = z.object(Object.fromEntries(parameters.map((parameter) => [parameter, z.string()])))
  return {
    operationId: `${feature}.${name}`,
    tags: [feature],
    summary: operation.summary,
    description: needsInWords(operation),
    security: isOpen ? [] : [{ accessToken: [] }],
    requestParams: {
      ...(parameters.length > 0 ? { path } : {}),
      ...(query === undefined ? {} : { query }),
      ...(isRepeatable ? { header: z.object({ 'Idempotency-Key': idempotencyKey }) } : {}),
    },
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: !body.safeParse({}).success,
            content: { 'application/json': withExample(body, 'input', `${feature}.${name}, its body`) },
          },
        }),
    responses: {
      [`${operation.status}`]: {
        description: operation.status === 204 ? 'Done' : operation.summary,
        headers: z.object({
          ...(isOpen ? {} : { 'Rolecall-Seq': seq }),
          ...(operation.revokes ? { 'Rolecall-Fenced': fenced } : {}),
          ...(isRepeatable ? { 'Idempotency-Replayed': replayed } : {}),
        }),
        ...(shown === undefined
          ? {}
          : {
              content: {
                'application/json': withExample(shown, 'output', `${feature}.${name}, its answer`),
                ...others,
              },
            }),
        ...(operation.media === undefined ? {} : { content: { [operation.media]: { schema: file } } }),
      },
      ...(operation.previews && operation.status !== 200 ? { 200: previewed } : {}),
      ...refusals(operation, { takesInput: query !== undefined || body !== undefined, takesBody: body !== undefined }),
    },
  }
}

/** What is sent or shown, with an example of what must be there. */
function withExample(schema: z.ZodType, io: 'input' | 'output', of: string) {
  return { schema, example: exampleOf(z.toJSONSchema(schema, { io }), of) }
}

function needsInWords({ needs, alsoSelf, people, operator, formats = [], formatsNeed }: Operation): string {
  const others = [
    formatsNeed && ` For ${formats.join(' and ')} it needs \`${formatsNeed}\`.`,
    people && ' For people: API keys get 403.',
    operator && ' Open to the platform’s operator, with the token of `OPERATOR_TOKEN`.',
  ]
  if (needs === 'anyone') return 'Open to anyone.'
  if (needs === 'self') return 'For whoever is signed in. API keys get 403.'
  return `Needs the permission \`${needs}\` in the organisation${alsoSelf ? ', except on oneself' : ''}.${others.filter(Boolean).join('')}`
}

/** The kinds of refusal that the operation's shape implies; everything else falls under `default`. */
function refusals(
  { needs, method, path }: Operation,
  { takesInput, takesBody }: { takesInput: boolean; takesBody: boolean },
): ZodOpenApiResponsesObject {
  const statuses = [
    ...(takesInput ? [400] : []),
    ...(needs === 'anyone' ? [] : [401]),
    ...(needs === 'anyone' || needs === 'self' ? [] : [403]),
    ...(path.includes('{') ? [404] : []),
    ...(method === 'GET' ? [] : [409]),
    ...(takesBody ? [413, 415] : []),
    429,
    503,
  ]
  const content = { 'application/problem+json': { schema: problem } }
  const entries = statuses.map((status) => {
    const ofStatus = problemCodes.filter((code) => problems[code].status === status)
    return [`${status}`, { description: ofStatus.map((code) => `\`${code}\``).join(', '), content }] as const
  })
  return { ...Object.fromEntries(entries), default: { description: 'Any other problem', content } }
}
