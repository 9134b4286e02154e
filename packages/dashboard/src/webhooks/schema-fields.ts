/** A part of a JSON Schema, as the contract's shapes come out of it. */
export type JsonSchema = Readonly<Record<string, unknown>>

export interface SchemaField {
  /** `webhook.owner.name`; `[]` where there are many. */
  readonly path: string
  readonly type: string
  readonly isOptional: boolean
  readonly about: string | undefined
}

/** The fields of an object's schema, those of what lies in it included. */
export function fieldsOf(schema: JsonSchema): readonly SchemaField[] {
  const definitions = asSchema(schema.$defs) ?? {}

  const resolve = (part: JsonSchema): JsonSchema => {
    const name = typeof part.$ref === 'string' ? part.$ref.split('/').at(-1) : undefined
    const target = name === undefined ? undefined : asSchema(definitions[name])
    return target === undefined ? part : { ...target, ...part, $ref: undefined }
  }

  const within = (part: JsonSchema, prefix: string): SchemaField[] => {
    const required = Array.isArray(part.required) ? part.required : []
    return Object.entries(asSchema(part.properties) ?? {}).flatMap(([name, value]) => {
      const field = resolve(asSchema(value) ?? {})
      const item = resolve(asSchema(field.items) ?? {})
      const isList = field.type === 'array'
      const path = `${prefix}${name}${isList ? '[]' : ''}`
      const below = within(isList ? item : field, `${path}.`)
      const own = { path, type: typeOf(isList ? item : field, resolve), isOptional: !required.includes(name) }
      return below.length > 0 ? below : [{ ...own, about: textOf(field.description) ?? textOf(item.description) }]
    })
  }

  return within(resolve(schema), '')
}

const mostValues = 8

function typeOf(part: JsonSchema, resolve: (part: JsonSchema) => JsonSchema): string {
  if (part.const !== undefined) return JSON.stringify(part.const)
  if (Array.isArray(part.enum)) {
    const { length } = part.enum
    return length > mostValues ? `one of ${length} texts` : part.enum.map((value) => JSON.stringify(value)).join(' or ')
  }
  const alternatives = part.anyOf ?? part.oneOf
  if (Array.isArray(alternatives)) {
    return alternatives.map((one) => typeOf(resolve(asSchema(one) ?? {}), resolve)).join(' or ')
  }
  const type = textOf(part.type) ?? 'anything'
  return part.format === 'date-time' ? 'time' : type
}

function asSchema(value: unknown): JsonSchema | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonSchema) : undefined
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined)
