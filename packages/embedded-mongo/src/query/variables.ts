import { CommandError } from '../errors.ts'
import { type Doc, isDoc, MISSING } from '../values/doc.ts'
import { compileExpression, readPath } from './expressions.ts'

/** The values of a command's `let`, by name. */
export type Variables = ReadonlyMap<string, unknown>

/**
 * Works out a command's `let`, once for the whole command. The binding functions then put each value in the place of
 * its variable, before anything is compiled.
 */
export const readVariables = (spec: Doc = {}): Variables => {
  const variables = new Map<string, unknown>()
  for (const [name, value] of Object.entries(spec)) {
    if (!/^[a-z\u0080-\uffff][\w\u0080-\uffff]*$/.test(name)) {
      throw new CommandError('FailedToParse', `'${name}' starts with or holds an invalid character for a variable name`)
    }
    if (readsField(value)) {
      throw new CommandError(
        4890500,
        'Command let Expression tried to access a field, but this is not allowed because Command let Expressions run before the query examines any documents.',
      )
    }
    variables.set(name, compileExpression(value)({}))
  }
  return variables
}

const readsField = (spec: unknown): boolean => {
  if (typeof spec === 'string') return /^\$(?!\$)/.test(spec) || /^\$\$(ROOT|CURRENT)\b/.test(spec)
  if (Array.isArray(spec)) return spec.some(readsField)
  return isDoc(spec) && !Object.hasOwn(spec, '$literal') && Object.values(spec).some(readsField)
}

const bindExpression = (spec: unknown, variables: Variables): unknown => {
  if (typeof spec === 'string') return spec.startsWith('$$') ? bindText(spec, variables) : spec
  if (Array.isArray(spec)) return spec.map((element) => bindExpression(element, variables))
  if (!isDoc(spec) || Object.hasOwn(spec, '$literal')) return spec
  return bindFields(spec, (value) => bindExpression(value, variables))
}

const bindText = (text: string, variables: Variables): unknown => {
  const [name = '', ...path] = text.slice(2).split('.')
  if (!variables.has(name)) return text
  const value = readPath(variables.get(name), path, 0)
  return value === MISSING ? '$$REMOVE' : { $literal: value }
}

const bindFields = (spec: Doc, bind: (value: unknown) => unknown): Doc =>
  Object.fromEntries(Object.entries(spec).map(([name, value]) => [name, bind(value)]))

/** In a filter, only `$expr` holds expressions. */
export const bindFilter = (filter: Doc, variables: Variables): Doc => {
  if (variables.size === 0) return filter
  return Object.fromEntries(
    Object.entries(filter).map(([name, value]) => {
      if (name === '$expr') return [name, bindExpression(value, variables)]
      const isList = Array.isArray(value) && ['$and', '$or', '$nor'].includes(name)
      return [name, isList ? value.map((part) => (isDoc(part) ? bindFilter(part, variables) : part)) : value]
    }),
  )
}

export const bindPipeline = <Stage>(pipeline: readonly Stage[], variables: Variables): readonly Stage[] => {
  if (variables.size === 0) return pipeline
  return pipeline.map((stage) => {
    if (!isDoc(stage)) return stage
    const [name = ''] = Object.keys(stage)
    const spec = stage[name]
    // $merge has variables of its own.
    if (name === '$merge') return stage
    const bound = name === '$match' && isDoc(spec) ? bindFilter(spec, variables) : bindExpression(spec, variables)
    return { ...stage, [name]: bound }
  })
}
