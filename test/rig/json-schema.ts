/** The part of JSON Schema that our OpenAPI document uses: for holding answers against it, and for making requests. */
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'

export type Schema = boolean | { readonly [Keyword: string]: unknown }

type Check = (value: unknown, argument: never, schema: object, definitions: Definitions) => readonly string[]
export type Definitions = Readonly<Record<string, Schema>>

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const unless = (fits: boolean, mistake: string) => (fits ? [] : [mistake])

const types: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  integer: (value) => Number.isInteger(value),
  number: (value) => typeof value === 'number',
  array: Array.isArray,
  object: isObject,
  null: (value) => value === null,
}

/** `format` and what is said to readers checks nothing: formats stand beside a `pattern`. */
const nothing: Check = () => []
const checks: Readonly<Record<string, Check>> = {
  description: nothing,
  example: nothing,
  default: nothing,
  format: nothing,
  $ref: (value, ref: string, _, definitions) =>
    mistakesOf(value, definitions[ref.replace('#/components/schemas/', '')] ?? false, definitions),
  type: (value, wanted: string | readonly string[]) =>
    unless(
      [wanted].flat().some((type) => types[type]?.(value) === true),
      `is no ${wanted}`,
    ),
  const: (value, wanted: unknown) => unless(isDeepStrictEqual(value, wanted), `is not ${JSON.stringify(wanted)}`),
  enum: (value, all: readonly unknown[]) => unless(all.includes(value), `is none of ${all.join(', ')}`),
  anyOf: (value, all: readonly Schema[], _, definitions) =>
    unless(
      all.some((one) => mistakesOf(value, one, definitions).length === 0),
      'fits none',
    ),
  oneOf: (value, all: readonly Schema[], _, definitions) =>
    unless(all.filter((one) => mistakesOf(value, one, definitions).length === 0).length === 1, 'fits not exactly one'),
  minItems: (value, length: number) => unless(Array.isArray(value) && value.length >= length, 'has too few items'),
  maxItems: (value, length: number) => unless(Array.isArray(value) && value.length <= length, 'has too many items'),
  minLength: (value, length: number) => unless(String(value).length >= length, 'is too short'),
  maxLength: (value, length: number) => unless([...String(value)].length <= length, 'is too long'),
  minimum: (value, bound: number) => unless(Number(value) >= bound, 'is too small'),
  maximum: (value, bound: number) => unless(Number(value) <= bound, 'is too large'),
  pattern: (value, pattern: string) => unless(new RegExp(pattern, 'u').test(String(value)), `is not ${pattern}`),
  required: (value, names: readonly string[]) =>
    names.flatMap((name) => unless(isObject(value) && Object.hasOwn(value, name), `has no ${name}`)),
  properties: (value, all: Readonly<Record<string, Schema>>, _, definitions) =>
    Object.entries(isObject(value) ? value : {}).flatMap(([name, inner]) =>
      Object.hasOwn(all, name) ? below(name, mistakesOf(inner, all[name] ?? true, definitions)) : [],
    ),
  additionalProperties: (value, schema: Schema, { properties = {} }: { properties?: object }, definitions) =>
    Object.entries(isObject(value) ? value : {}).flatMap(([name, inner]) =>
      Object.hasOwn(properties, name) ? [] : below(name, mistakesOf(inner, schema, definitions)),
    ),
  propertyNames: (value, schema: Schema, _, definitions) =>
    Object.keys(isObject(value) ? value : {}).flatMap((name) => mistakesOf(name, schema, definitions)),
  items: (value, schema: Schema, _, definitions) =>
    (Array.isArray(value) ? value : []).flatMap((item, index) => below(index, mistakesOf(item, schema, definitions))),
}

const below = (name: string | number, mistakes: readonly string[]) => mistakes.map((mistake) => `${name}: ${mistake}`)

/** Where a value does not fit. Throws for a keyword that is not known here, so that none is taken for kept. */
export function mistakesOf(value: unknown, schema: Schema, definitions: Definitions = {}): readonly string[] {
  if (typeof schema === 'boolean') return unless(schema, 'must not be there')
  return Object.entries(schema).flatMap(([keyword, argument]) => {
    const check = checks[keyword]
    if (check === undefined) throw new Error(`the keyword ${keyword} is not known`)
    return check(value, argument as never, schema, definitions)
  })
}

/** Objects of texts, numbers and choices, as requests have them; fields that need not be there may be missing. */
export function fitting(schema: Schema, known: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<object> {
  const { properties = {}, required = [] } = Object(schema) as {
    properties?: Record<string, Record<string, unknown>>
    required?: string[]
  }
  const fields = Object.entries(properties).map(([name, field]) => [name, known[name] ?? fittingField(field)] as const)
  return fc.record(Object.fromEntries(fields), { requiredKeys: required })
}

function fittingField(field: Readonly<Record<string, unknown>>): fc.Arbitrary<unknown> {
  if (Array.isArray(field.enum)) return fc.constantFrom(...field.enum)
  if (field.type === 'boolean') return fc.boolean()
  if (field.type === 'integer') return fc.integer({ min: Number(field.minimum ?? 0), max: Number(field.maximum ?? 9) })
  const { minLength = 0, maxLength = 64 } = field
  return fc.string({
    unit: 'grapheme',
    minLength: Number(minLength),
    maxLength: Math.min(Number(maxLength), 300),
    size: 'max',
  })
}
