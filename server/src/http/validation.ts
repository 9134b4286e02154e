import { problem } from '@rolecall/contract'
import { z } from 'zod'

/** Checks a body, a query or a message of a socket; `invalid_request` says for each field what is wrong with it. */
export function validate<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const errors = parsed.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ path: [...issue.path, key].join('.'), message: 'is not known here' }))
      : [{ path: issue.path.join('.'), message: issue.message }],
  )
  throw problem('invalid_request', { detail: summaryOf(errors), errors: errors.slice(0, 20) })
}

function summaryOf(errors: readonly { readonly path: string; readonly message: string }[]): string {
  const [first] = errors
  if (first === undefined) return 'The request is not valid.'
  const rest = errors.length > 1 ? `, and ${errors.length - 1} more` : ''
  return `${first.path === '' ? 'The body' : first.path}: ${first.message}${rest}`
}

const noParameters = z.strictObject({})

export function queryValidator(schema: z.ZodObject = noParameters): (url: string) => Record<string, unknown> {
  const strict: z.ZodType<Record<string, unknown>> = schema.strict()
  return (url) => validate(strict, readQuery(url))
}

/** Each parameter once: whoever repeats one may mean either. */
function readQuery(url: string): Record<string, string> {
  const start = url.indexOf('?')
  const text = start === -1 ? '' : url.slice(start + 1)
  if (/%(?![0-9a-f]{2})/i.test(text)) throw problem('invalid_request', { detail: 'The query is not well encoded.' })
  const query = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(text)) {
    if (query.has(name)) {
      const errors = [{ path: name, message: 'must be given once' }]
      throw problem('invalid_request', { detail: `${name}: must be given once`, errors })
    }
    query.set(name, value)
  }
  // fromEntries defines own properties, `__proto__` too, which the schema then refuses as unknown.
  return Object.fromEntries(query)
}
