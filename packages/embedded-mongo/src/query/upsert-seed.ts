import { CommandError } from '../errors.ts'
import { isRegex } from '../values/compare.ts'
import { type Doc, isDoc, MISSING } from '../values/doc.ts'
import { isOperatorDoc } from './matcher.ts'
import { applyChange } from './update-path.ts'

type Equality = readonly [path: string, value: unknown]

const equalityOf = (spec: unknown): unknown => {
  if (!isOperatorDoc(spec)) return isRegex(spec) ? MISSING : spec
  if (Object.hasOwn(spec, '$eq')) return spec.$eq
  for (const operator of ['$in', '$all']) {
    const list = spec[operator]
    if (!Array.isArray(list) || list.length !== 1 || isRegex(list[0]) || isOperatorDoc(list[0])) continue
    return list[0]
  }
  return MISSING
}

const equalitiesOf = (filter: Doc): Equality[] =>
  Object.entries(filter).flatMap(([name, spec]): Equality[] => {
    if (!name.startsWith('$')) {
      const value = equalityOf(spec)
      return value === MISSING ? [] : [[name, value]]
    }
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
  return equalities.reduce<Doc>(
    (seed, [path, value]) =>
      applyChange(seed, { path, parts: path.split('.'), creates: true, apply: () => value }, new Map(), undefined),
    {},
  )
}
