import { CommandError } from '../errors.ts'
import { type Collection, splitNamespace } from '../storage/catalogue.ts'
import type { Command } from './command.ts'
import * as fields from './fields.ts'
import { namespaceOf } from './namespaces.ts'

const refused = [
  'capped',
  'size',
  'max',
  'timeseries',
  'expireAfterSeconds',
  'clusteredIndex',
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
  fields: [...refused, 'autoIndexId', 'idIndex', 'storageEngine', 'indexOptionDefaults'],
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
    const { transactions, commits, catalogue } = engine
    if (!transaction) {
      const { time } = await commits.run((commit) => {
        checkIsFree(catalogue.find(namespace))
        const { db, name } = splitNamespace(namespace)
        commit.record({ kind: 'other', db, collection: name })
        catalogue.create(commit.transaction, commit.time(), namespace)
      })
      return { fields: {}, time }
    }
    await transactions.statement(transaction, () => {
      checkIsFree(transactions.collection(transaction, namespace))
      transactions.make(transaction, namespace)
    })
    return { fields: {} }
  },
}

const checkIsFree = (existing: Collection | undefined): void => {
  if (existing) throw new CommandError('NamespaceExists', `Collection ${existing.namespace} already exists.`)
}
