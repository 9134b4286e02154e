import { CommandError } from '../errors.ts'
import { compareStrings, isRegex } from '../values/compare.ts'
import { type Doc, isDoc } from '../values/doc.ts'
import { isOperatorDoc } from './matcher.ts'
import { applyChange } from './update-path.ts'

type Equality = readonly [path: string, value: unknown]

/** The values that the condition says the field equals. */
const equalTo = (spec: unknown): readonly unknown[] => {
  if (!isOperatorDoc(spec)) return isRegex(spec) ? [] : [spec]
  return Object.entries(spec).flatMap(([operator, argument]): readonly unknown[] => {
    if (operator === '$eq') return [argument]
    if (!Array.isArray(argument)) return []
    const isList = operator === '$all' || (operator === '$in' && argument.length === 1)
    return isList ? argument.filter((value) => !isRegex(value) && !isOperatorDoc(value)) : []
  })
}

const equalitiesOf = (filter: Doc): Equality[] =>
  Object.entries(filter).flatMap(([name, spec]): Equality[] => {
    if (!name.startsWith('$')) return equalTo(spec).map((value) => [name, value])
    const isConjunction = name === '$and' || (name === '$or' && Array.isArray(spec) && spec.length === 1)
    if (!isConjunction || !Array.isArray(spec)) return []
    return spec.flatMap((entry: unknown) => (isDoc(entry) ? equalitiesOf(entry) : []))
  })

/**
 * The document from which an upsert starts: the fields that the filter says are equal to something.
 * @throws NotSingleValueField when the filter gives a field twice
 */
export const upsertSeed = (filter: Doc): Doc => {
  const equalities = equalitiesOf(filter)
  equalities.forEach(([path], index) => {
    for (const [other] of equalities.slice(0, index)) {
      if (path !== other && !path.startsWith(`${other}.`) && !other.startsWith(`${path}.`)) continue
      const message =
        path === other
          ? `cannot infer query fields to set, path '${path}' is matched twice`
          : `cannot infer query fields to set, both paths '${other}' and '${path}' are matched`
      throw new CommandError('NotSingleValueField', message)
    }
  })
  // MongoDB keeps them by path, so that this is the order of the fields.
  const sorted = equalities.toSorted(([left], [right]) => compareStrings(left, right))
  return sorted.reduce<Doc>(
    (seed, [path, value]) =>
      applyChange(seed, { path, parts: path.split('.'), creates: true, apply: () => value }, new Map(), undefined),
    {},
  )
}
