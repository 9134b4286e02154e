import { CommandError } from '../errors.ts'
import { ofCatalogue } from '../oplog/entries.ts'
import { type Collection, splitNamespace } from '../storage/catalogue.ts'
import { equal } from '../values/compare.ts'
import type { Doc } from '../values/doc.ts'
import type { Command } from './command.ts'
import * as fields from './fields.ts'
import { namespaceOf } from './namespaces.ts'

const refused = [
  'capped',
  'size',
  'max',
  'timeseries',
  'expireAfterSeconds',
  'changeStreamPreAndPostImages',
  'validator',
  'validationLevel',
  'validationAction',
  'viewOn',
  'pipeline',
  'collation',
  'encryptedFields',
]

export const create: Command = {
  fields: [...refused, 'clusteredIndex', 'autoIndexId', 'idIndex', 'storageEngine', 'indexOptionDefaults'],
  inTransaction: true,
  async run(engine, request) {
    const { body, transaction } = request
    for (const name of refused) {
      fields.refuse(
        body,
        name,
        (value) => value === false || fields.isEmptyDoc(value) || fields.isSimpleCollation(value),
      )
    }
    const namespace = namespaceOf(request)
    const options = readOptions(body)
    const { transactions, commits, catalogue } = engine
    if (!transaction) {
      const { time } = await commits.run((commit) => {
        checkIsFree(catalogue.find(namespace))
        commit.record(ofCatalogue(splitNamespace(namespace)))
        catalogue.create(commit.transaction, commit.time(), namespace, options)
      })
      return { fields: {}, time }
    }
    await transactions.statement(transaction, () => {
      checkIsFree(transactions.collection(transaction, namespace))
      transactions.make(transaction, namespace, options)
    })
    return { fields: {} }
  },
}

/** What is remembered of a collection. */
const readOptions = (body: Doc): Doc => {
  const clustered = fields.document(body, 'clusteredIndex')
  if (!clustered) return {}
  const { key, name = '_id_', unique, ...more } = clustered
  const other = Object.keys(more).find((field) => field !== 'v')
  if (other) throw new CommandError('IDLUnknownField', `BSON field 'clusteredIndex.${other}' is an unknown field.`)
  if (!equal(key, { _id: 1 }) || unique !== true) {
    throw new CommandError(
      'InvalidIndexSpecificationOption',
      "The clusteredIndex option needs the key {_id: 1} and 'unique: true'",
    )
  }
  return { clusteredIndex: { v: 2, key, name: String(name), unique } }
}

const checkIsFree = (existing: Collection | undefined): void => {
  if (existing) throw new CommandError('NamespaceExists', `Collection ${existing.namespace} already exists.`)
}
