import { CommandError } from '../errors.ts'
import { type Copies, type Doc, fieldOf, isDoc, MISSING, positionOf } from '../values/doc.ts'
import { show, showId } from '../values/show.ts'
import { applyChange, type Change, type ElementFilters, isDynamic, parsePath } from './update-path.ts'

/** A step of an update: which paths it touches, and what it does. */
export type Step = {
  readonly paths: readonly string[]
  readonly order: readonly string[]
  readonly onlyOnInsert: boolean
  readonly run: (doc: Doc, positional: number | undefined, copies: Copies) => Doc
}

/** `$rename`: the only operator with two paths, neither of which may go through an array. */
export const compileRename = (source: string, target: unknown, filters: ElementFilters): Step => {
  if (typeof target !== 'string') {
    throw new CommandError('BadValue', `The 'to' field for $rename must be a string: ${source}: ${show(target)}`)
  }
  const sourceParts = parsePath(source, filters)
  const targetParts = parsePath(target, filters)
  if (source === target) {
    throw new CommandError(
      'BadValue',
      `The source and target field for $rename must differ: ${source}: ${show(target)}`,
    )
  }
  if (source.startsWith(`${target}.`) || target.startsWith(`${source}.`)) {
    throw new CommandError(
      'BadValue',
      `The source and target field for $rename must not be on the same path: ${source}: ${show(target)}`,
    )
  }
  if (sourceParts.some(isDynamic)) {
    throw new CommandError('BadValue', `The source field for $rename may not be dynamic: ${source}`)
  }
  if (targetParts.some(isDynamic)) {
    throw new CommandError('BadValue', `The destination field for $rename may not be dynamic: ${target}`)
  }
  const refuseArrayElement = (doc: Doc, parts: readonly string[], role: string, depth: number): never => {
    throw new CommandError(
      'BadValue',
      `The ${role} field cannot be an array element, '${parts.join('.')}' in doc with ${showId(doc)} has an array field called '${parts[depth - 1]}'`,
    )
  }
  /** The value at the source, or MISSING where the path just ends; what it cannot go through it does not end in. */
  const readSource = (doc: Doc): unknown => {
    let value: unknown = doc
    let arrayAt: number | undefined
    for (const [depth, part] of sourceParts.entries()) {
      if (value === MISSING) return MISSING
      const position = positionOf(part)
      if (Array.isArray(value) && position !== undefined) {
        arrayAt ??= depth
        value = position < value.length ? value[position] : MISSING
      } else if (isDoc(value)) {
        value = fieldOf(value, part)
      } else {
        throw new CommandError(
          'PathNotViable',
          `Cannot use the part (${part}) of (${source}) to traverse the element ({${sourceParts[depth - 1]}: ${show(value)}})`,
        )
      }
    }
    if (value !== MISSING && arrayAt !== undefined) refuseArrayElement(doc, sourceParts, 'source', arrayAt)
    return value
  }
  const refuseArrayTarget = (doc: Doc): void => {
    let value: unknown = doc
    for (const [depth, part] of targetParts.entries()) {
      if (Array.isArray(value)) refuseArrayElement(doc, targetParts, 'destination', depth)
      // What is no document is refused when the field is made in it.
      if (!isDoc(value)) return
      value = fieldOf(value, part)
    }
  }
  return {
    paths: [source, target],
    order: targetParts,
    onlyOnInsert: false,
    run: (doc) => {
      const value = readSource(doc)
      if (value === MISSING) return doc
      refuseArrayTarget(doc)
      const removal: Change = { path: source, parts: sourceParts, creates: false, apply: () => MISSING }
      const addition: Change = { path: target, parts: targetParts, creates: true, apply: () => value }
      return applyChange(applyChange(doc, addition, filters, undefined), removal, filters, undefined)
    },
  }
}
