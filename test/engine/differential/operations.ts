/** Single commands: reads, writes of one or many documents, batches with mistakes in the middle. */
import { type Document, Int32 } from 'bson'
import fc from 'fast-check'
import { filter, upsertFilter } from './filters.ts'
import { pipeline, projection, wholeSort } from './pipelines.ts'
import { smallUpdate, update } from './updates.ts'
import { content, field, path, plainContent, scalar, value } from './values.ts'

export interface Operation {
  readonly name: 'aggregate' | 'count' | 'delete' | 'distinct' | 'find' | 'findAndModify' | 'insert' | 'update'
  /** All of the command but its name and the collection. */
  readonly body: Document
  /** Whether the order of what it finds is part of the answer. */
  readonly isOrdered: boolean
}

const unordered = (name: Operation['name'], body: fc.Arbitrary<Document>): fc.Arbitrary<Operation> =>
  body.map((given) => ({ name, body: given, isOrdered: false }))

const number = (from: number, to: number): fc.Arbitrary<Int32> =>
  fc.integer({ min: from, max: to }).map((chosen) => new Int32(chosen))

const shape: fc.Arbitrary<Document> = fc.oneof(
  { weight: 3, arbitrary: projection },
  {
    weight: 1,
    arbitrary: fc
      .tuple(field, fc.oneof(number(-2, 2), fc.tuple(number(-2, 2), number(1, 2))))
      .map(([name, slice]): Document => ({ [name]: { $slice: slice } })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(field, field, scalar)
      .map(([name, inner, wanted]): Document => ({ [name]: { $elemMatch: { [inner]: wanted } } })),
  },
)

const find: fc.Arbitrary<Operation> = fc
  .tuple(
    filter,
    fc.option(wholeSort, { nil: undefined }),
    fc.option(shape, { nil: undefined }),
    number(0, 2),
    number(0, 1),
  )
  .map(([given, sort, kept, limit, skip]) => ({
    name: 'find',
    body: {
      filter: given,
      ...(sort && { sort, limit, skip }),
      ...(kept && { projection: kept }),
    },
    isOrdered: sort !== undefined,
  }))

const aggregate = unordered(
  'aggregate',
  pipeline.map((stages) => ({ pipeline: stages, cursor: {} })),
)
const count = unordered(
  'count',
  filter.map((query) => ({ query })),
)
const distinct = unordered(
  'distinct',
  fc.tuple(path, filter).map(([key, query]) => ({ key, query })),
)

const byId: fc.Arbitrary<Document> = number(1, 5).map((_id) => ({ _id }))

/** Every other update is sure to find something. */
const target: fc.Arbitrary<Document> = fc.oneof(
  filter,
  fc.constantFrom<Document>({}, { _id: new Int32(1) }, { _id: new Int32(2) }),
)

/** A new document takes an id of its own, so that an upsert is the same everywhere. */
const withNewId = (given: Document, _id: Int32): Document => ({ ...given, _id })

const statement = fc.tuple(fc.boolean(), fc.boolean(), number(20, 29)).chain(([isMulti, isUpsert, id]) =>
  fc.tuple(update(isMulti), isUpsert ? upsertFilter : target).map(([{ u, arrayFilters }, given]) => ({
    q: isUpsert ? withNewId(given, id) : given,
    u,
    multi: isMulti,
    upsert: isUpsert,
    ...(arrayFilters && { arrayFilters }),
  })),
)

const anUpdate = unordered(
  'update',
  statement.map((one) => ({ updates: [one] })),
)

const aDelete = unordered(
  'delete',
  fc.tuple(filter, fc.constantFrom(0, 1)).map(([q, limit]) => ({ deletes: [{ q, limit: new Int32(limit) }] })),
)

const modification: fc.Arbitrary<Document> = fc.oneof(
  { weight: 1, arbitrary: filter.map((query): Document => ({ query, remove: true })) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.boolean(), update(false), fc.boolean(), number(30, 39))
      .chain(([upsert, { u, arrayFilters }, isNew, id]) =>
        (upsert ? upsertFilter : target).map(
          (given): Document => ({
            query: upsert ? withNewId(given, id) : given,
            update: u,
            new: isNew,
            upsert,
            ...(arrayFilters && { arrayFilters }),
          }),
        ),
      ),
  },
)

const findAndModify = unordered(
  'findAndModify',
  fc
    .tuple(modification, wholeSort, fc.option(projection, { nil: undefined }))
    .map(([change, sort, fields]) => ({ ...change, sort, ...(fields && { fields }) })),
)

const insert = unordered(
  'insert',
  fc
    .tuple(fc.array(fc.tuple(number(1, 9), content), { minLength: 1, maxLength: 3 }), fc.boolean())
    .map(([pairs, ordered]) => ({ documents: pairs.map(([_id, rest]) => ({ _id, ...rest })), ordered })),
)

const bulk = unordered(
  'update',
  fc
    .tuple(fc.array(statement, { minLength: 2, maxLength: 3 }), fc.boolean())
    .map(([updates, ordered]) => ({ updates, ordered })),
)

export const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 6, arbitrary: find },
  { weight: 5, arbitrary: aggregate },
  { weight: 1, arbitrary: count },
  { weight: 1, arbitrary: distinct },
  { weight: 6, arbitrary: anUpdate },
  { weight: 1, arbitrary: aDelete },
  { weight: 3, arbitrary: findAndModify },
  { weight: 1, arbitrary: insert },
  { weight: 1, arbitrary: bulk },
)

const anyId: fc.Arbitrary<unknown> = fc.oneof(value, fc.constant<unknown>({ $x: new Int32(1) }))

/** Takes ids of all types, and ids that the server makes; after it the order of the documents is not sure any more. */
export const lastOperation: fc.Arbitrary<Operation> = fc.oneof(
  unordered(
    'insert',
    fc.tuple(anyId, content).map(([_id, rest]) => ({ documents: [{ ...rest, _id }] })),
  ),
  unordered(
    'insert',
    content.map((rest) => ({ documents: [rest] })),
  ),
  unordered(
    'update',
    fc.tuple(anyId, plainContent).map(([_id, u]) => ({ updates: [{ q: { _id }, u, upsert: true }] })),
  ),
  unordered(
    'update',
    fc.tuple(upsertFilter, update(false)).map(([q, { u, arrayFilters }]) => ({
      updates: [{ q, u, upsert: true, ...(arrayFilters && { arrayFilters }) }],
    })),
  ),
)

const smallDocument = fc.dictionary(field, scalar, { maxKeys: 2 }).map((given): Document => ({ ...given }))

/** For collections with indexes, where a server may meet documents in any order: single documents, by their ids. */
export const directOperation: fc.Arbitrary<Operation> = fc.oneof(
  unordered(
    'insert',
    fc
      .tuple(
        fc.array(fc.tuple(number(1, 9), fc.oneof(smallDocument, content)), { minLength: 1, maxLength: 3 }),
        fc.boolean(),
      )
      .map(([pairs, ordered]) => ({ documents: pairs.map(([_id, rest]) => ({ _id, ...rest })), ordered })),
  ),
  unordered(
    'update',
    fc.tuple(byId, smallUpdate, fc.boolean()).map(([q, u, upsert]) => ({ updates: [{ q, u, upsert }] })),
  ),
  unordered(
    'update',
    fc.tuple(byId, plainContent).map(([q, u]) => ({ updates: [{ q, u }] })),
  ),
  unordered(
    'findAndModify',
    fc.tuple(byId, smallUpdate, fc.boolean()).map(([query, u, upsert]) => ({ query, update: u, upsert, new: true })),
  ),
  unordered(
    'delete',
    byId.map((q) => ({ deletes: [{ q, limit: new Int32(1) }] })),
  ),
  find,
  distinct,
  count,
)
