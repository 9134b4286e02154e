import type { Engine } from '../engine/engine.ts'
import { CommandError } from '../errors.ts'
import { splitNamespace } from '../storage/catalogue.ts'
import { equal } from '../values/compare.ts'
import type { Doc } from '../values/doc.ts'
import type { Command } from './command.ts'
import * as fields from './fields.ts'
import { namespaceOf } from './namespaces.ts'

/** Makes the collection if it is not there; answers when that is on the disk. */
export const createCollection = async (
  { commits, catalogue }: Engine,
  namespace: string,
  { isExplicit = false, options = {} }: { isExplicit?: boolean; options?: Doc } = {},
): Promise<bigint> => {
  const { time } = await commits.run((commit) => {
    const existing = catalogue.find(namespace)
    if (existing) {
      if (!isExplicit || equal(existing.options, options)) return
      throw new CommandError('NamespaceExists', `Collection ${namespace} already exists.`)
    }
    const { db, name } = splitNamespace(namespace)
    commit.record({ kind: 'other', db, collection: name })
    catalogue.create(commit.transaction, commit.time(), namespace, options)
  })
  return time
}

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
  inTransaction: false,
  async run(engine, request) {
    const { body } = request
    for (const name of refused) {
      fields.refuse(
        body,
        name,
        (value) => value === false || fields.isEmptyDoc(value) || fields.isSimpleCollation(value),
      )
    }
    const namespace = namespaceOf(request)
    if (engine.catalogue.find(namespace)) {
      throw new CommandError('NamespaceExists', `Collection ${namespace} already exists.`)
    }
    return { fields: {}, time: await createCollection(engine, namespace, { isExplicit: true }) }
  },
}
