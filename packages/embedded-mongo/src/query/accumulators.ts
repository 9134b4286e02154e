import { Decimal128, Double, Int32 } from 'bson'
import { CommandError } from '../errors.ts'
import * as arithmetic from '../values/arithmetic.ts'
import { compare } from '../values/compare.ts'
import { type Doc, isDoc, MISSING } from '../values/doc.ts'
import { encodeKey } from '../values/key.ts'
import { type BsonNumber, isNumber, nearestDouble, numericOf } from '../values/numbers.ts'
import { compileExpression } from './expressions.ts'

/** Takes in one group's values, one by one. */
type Accumulator = { add(value: unknown): void; result(): unknown }

const sumOf = (a: BsonNumber, b: BsonNumber): BsonNumber =>
  arithmetic.add(a, b) ?? new Double(nearestDouble(numericOf(a)) + nearestDouble(numericOf(b)))

const sum = (): Accumulator => {
  let total: BsonNumber = new Int32(0)
  return {
    add: (value) => {
      if (isNumber(value)) total = sumOf(total, value)
    },
    result: () => total,
  }
}

const average = (): Accumulator => {
  let total: BsonNumber = new Int32(0)
  let count = 0
  return {
    add: (value) => {
      if (!isNumber(value)) return
      total = sumOf(total, value)
      count += 1
    },
    result: () => {
      if (count === 0) return null
      if (total instanceof Decimal128) return arithmetic.divideDecimal(total, count)
      return new Double(nearestDouble(numericOf(total)) / count)
    },
  }
}

const extreme = (isBetter: (difference: number) => boolean) => (): Accumulator => {
  let best: unknown = MISSING
  return {
    add: (value) => {
      if (value === null || value === undefined || value === MISSING) return
      if (best === MISSING || isBetter(compare(value, best))) best = value
    },
    result: () => best,
  }
}

const first = (): Accumulator => {
  let kept: { value: unknown } | undefined
  return {
    add: (value) => {
      kept ??= { value }
    },
    result: () => kept?.value,
  }
}

const last = (): Accumulator => {
  let kept: unknown = MISSING
  return {
    add: (value) => {
      kept = value
    },
    result: () => kept,
  }
}

const push = (): Accumulator => {
  const values: unknown[] = []
  return {
    add: (value) => {
      if (value !== MISSING) values.push(value)
    },
    result: () => values,
  }
}

const addToSet = (): Accumulator => {
  const values = new Map<string, unknown>()
  return {
    add: (value) => {
      if (value === MISSING) return
      const key = encodeKey([value], []).toString('latin1')
      if (!values.has(key)) values.set(key, value)
    },
    result: () => [...values.values()],
  }
}

const accumulators: Readonly<Record<string, () => Accumulator>> = {
  $sum: sum,
  $avg: average,
  $min: extreme((difference) => difference < 0),
  $max: extreme((difference) => difference > 0),
  $first: first,
  $last: last,
  $push: push,
  $addToSet: addToSet,
}

type Field = { readonly name: string; readonly evaluate: (doc: Doc) => unknown; readonly start: () => Accumulator }

const parseField = (name: string, spec: unknown): Field => {
  const [operator, ...others] = isDoc(spec) ? Object.keys(spec) : []
  if (!isDoc(spec) || operator === undefined || !operator.startsWith('$')) {
    throw new CommandError('Location40234', `The field '${name}' must be an accumulator object`)
  }
  if (others.length > 0) {
    throw new CommandError('Location40238', `The field '${name}' must specify one accumulator`)
  }
  if (operator === '$count') return { name, evaluate: () => new Int32(1), start: sum }
  const start = Object.hasOwn(accumulators, operator) ? accumulators[operator] : undefined
  if (!start) throw new CommandError('Location15952', `unknown group operator '${operator}'`)
  return { name, evaluate: compileExpression(spec[operator]), start }
}

/** Compiles a `$group` stage. Groups come in the order of their first document. */
export const compileGroup = (spec: unknown): ((docs: Doc[]) => Doc[]) => {
  if (!isDoc(spec)) {
    throw new CommandError('Location15947', "a group's fields must be specified in an object")
  }
  if (!Object.hasOwn(spec, '_id')) {
    throw new CommandError('Location15955', 'a group specification must include an _id')
  }
  const idOf = compileExpression(spec._id)
  const fields = Object.entries(spec)
    .filter(([name]) => name !== '_id')
    .map(([name, field]) => parseField(name, field))
  return (docs) => {
    const groups = new Map<string, { id: unknown; accumulators: Accumulator[] }>()
    for (const doc of docs) {
      const value = idOf(doc)
      const id = value === MISSING ? null : value
      const key = encodeKey([id], []).toString('latin1')
      const group = groups.get(key) ?? { id, accumulators: fields.map(({ start }) => start()) }
      groups.set(key, group)
      for (const [index, { evaluate }] of fields.entries()) group.accumulators[index]?.add(evaluate(doc))
    }
    return [...groups.values()].map((group) => {
      const results = fields.map(({ name }, index): [string, unknown] => {
        const result = group.accumulators[index]?.result()
        return [name, result === MISSING || result === undefined ? null : result]
      })
      return Object.fromEntries([['_id', group.id], ...results])
    })
  }
}
