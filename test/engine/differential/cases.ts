/** What is played against two servers: documents to begin with, and what is done with them. */
import { type Document, Int32 } from 'bson'
import fc from 'fast-check'
import { directOperation, lastOperation, type Operation, operation } from './operations.ts'
import { smallUpdate } from './updates.ts'
import { content, flatDocument } from './values.ts'

export interface Collection {
  readonly name: string
  readonly indexes: readonly Document[]
}

const plain: Collection = { name: 'plain', indexes: [] }

const indexed: readonly Collection[] = [
  { name: 'single', indexes: [{ key: { a: 1 }, name: 'a' }] },
  { name: 'compound', indexes: [{ key: { a: 1, b: -1 }, name: 'ab' }] },
  { name: 'unique', indexes: [{ key: { a: 1 }, name: 'a', unique: true }] },
  { name: 'pair', indexes: [{ key: { a: 1, b: 1 }, name: 'ab', unique: true }] },
  { name: 'sparse', indexes: [{ key: { a: 1 }, name: 'a', unique: true, sparse: true }] },
  {
    name: 'partial',
    indexes: [{ key: { b: 1 }, name: 'b', unique: true, partialFilterExpression: { a: { $gt: 0 } } }],
  },
  { name: 'inner', indexes: [{ key: { 'a.b': 1 }, name: 'inner', unique: true }] },
]

export const collections: readonly Collection[] = [plain, ...indexed]

/** Who does the step: one of two transactions, or nobody's. */
export type Actor = 'first' | 'second' | 'outside'

export interface Step {
  readonly actor: Actor
  readonly operation: Operation | 'commit' | 'abort'
}

export interface Case {
  readonly collection: Collection
  readonly documents: readonly Document[]
  readonly steps: readonly Step[]
}

const numbered = (documents: readonly Document[]): Document[] =>
  documents.map((given, index) => ({ _id: new Int32(index + 1), ...given }))

const outside = (operations: readonly Operation[]): Step[] =>
  operations.map((one): Step => ({ actor: 'outside', operation: one }))

const ordinary = fc
  .tuple(
    fc.array(content, { minLength: 1, maxLength: 4 }),
    fc.array(operation, { minLength: 1, maxLength: 8 }),
    fc.option(lastOperation, { nil: undefined }),
  )
  .map(
    ([documents, operations, last]): Case => ({
      collection: plain,
      documents: numbered(documents),
      steps: outside(last ? [...operations, last] : operations),
    }),
  )

const withIndexes = fc
  .tuple(fc.constantFrom(...indexed), fc.array(directOperation, { minLength: 2, maxLength: 10 }))
  .map(([collection, operations]): Case => ({ collection, documents: [], steps: outside(operations) }))

const all: Operation = { name: 'find', body: { filter: {}, sort: { _id: new Int32(1) } }, isOrdered: true }

const numberOf = fc.integer({ min: 1, max: 5 }).map((chosen) => new Int32(chosen))

const transactional: fc.Arbitrary<Operation> = fc.oneof(
  fc.constant(all),
  fc
    .tuple(numberOf, smallUpdate)
    .map(([_id, u]): Operation => ({ name: 'update', body: { updates: [{ q: { _id }, u }] }, isOrdered: false })),
  fc
    .tuple(numberOf, flatDocument)
    .map(([_id, given]): Operation => ({ name: 'insert', body: { documents: [{ _id, ...given }] }, isOrdered: false })),
  numberOf.map(
    (_id): Operation => ({
      name: 'delete',
      body: { deletes: [{ q: { _id }, limit: new Int32(1) }] },
      isOrdered: false,
    }),
  ),
)

const transactionStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ actor: fc.constantFrom<Actor>('first', 'second'), operation: transactional }),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ actor: 'outside', operation: all }) },
  {
    weight: 2,
    arbitrary: fc.record({
      actor: fc.constantFrom<Actor>('first', 'second'),
      operation: fc.constantFrom('commit' as const, 'abort' as const),
    }),
  },
)

/** Each transaction reads first, for a first write that meets a lock waits here and is a conflict in MongoDB. */
const interleaved = fc
  .tuple(
    fc.constantFrom(plain, ...indexed.filter(({ name }) => name === 'unique' || name === 'pair')),
    fc.array(flatDocument, { maxLength: 4 }),
    fc.array(transactionStep, { minLength: 2, maxLength: 10 }),
  )
  .map(
    ([collection, documents, steps]): Case => ({
      collection,
      documents: numbered(documents),
      steps: [{ actor: 'first', operation: all }, { actor: 'second', operation: all }, ...steps],
    }),
  )

export const anyCase: fc.Arbitrary<Case> = fc.oneof(
  { weight: 6, arbitrary: ordinary },
  { weight: 3, arbitrary: withIndexes },
  { weight: 2, arbitrary: interleaved },
)
