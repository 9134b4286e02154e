/** An example of what a JSON Schema describes: of what its fields give as theirs, so that it reads like the real thing. */
import type { z } from 'zod'

type Schema = z.core.JSONSchema.BaseSchema
/** What stands where a schema may stand. */
type Part = Schema['items']

const time = '2026-01-31T09:30:00.000Z'

/** With what is always there. Throws where a text has no example of its own: nobody could guess what it looks like. */
export function exampleOf(schema: Part, path: string, defs: Schema['$defs'] = definitionsOf(schema)): unknown {
  if (typeof schema !== 'object' || Array.isArray(schema)) throw new Error(`${path} may be anything`)
  const named = schema.$ref === undefined ? undefined : defs?.[schema.$ref.replace('#/$defs/', '')]
  if (named !== undefined) return exampleOf(named, path, defs)
  if (schema.example !== undefined) return schema.example
  if (schema.const !== undefined) return schema.const
  if (schema.enum !== undefined) return schema.enum[0]
  const [first] = schema.anyOf ?? schema.oneOf ?? []
  if (first !== undefined) return exampleOf(first, path, defs)
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {})
          .filter(([name]) => schema.required?.includes(name))
          .map(([name, inner]) => [name, exampleOf(inner, `${path}.${name}`, defs)]),
      )
    case 'array':
      return [exampleOf(schema.items, `${path}[]`, defs)]
    case 'boolean':
      return true
    case 'integer':
    case 'number':
      return Math.max(1, schema.minimum ?? 1)
    default:
      if (schema.format === 'date-time') return time
      throw new Error(`${path} has no example`)
  }
}

function definitionsOf(schema: Part): Schema['$defs'] {
  return typeof schema === 'object' && !Array.isArray(schema) ? schema.$defs : undefined
}
