import { CommandError } from '../errors.ts'
import { ofCatalogue } from '../oplog/entries.ts'
import type { Collection, Index } from '../storage/catalogue.ts'
import { equal } from '../values/compare.ts'
import { isDoc } from '../values/doc.ts'
import type { Command } from './command.ts'
import { namespaceOf } from './namespaces.ts'

export const dropIndexes: Command = {
  fields: ['index'],
  inTransaction: false,
  async run({ catalogue, commits }, request) {
    const namespace = namespaceOf(request)
    const { result, time } = await commits.run((commit) => {
      const collection = catalogue.find(namespace)
      if (!collection) throw new CommandError('NamespaceNotFound', `ns not found ${namespace}`)
      const doomed = chosen(collection, request.body.index)
      for (const index of doomed) {
        const present = catalogue.find(namespace) ?? collection
        catalogue.removeIndex(commit.transaction, commit.time(), present, index)
      }
      if (doomed.length > 0) commit.record(ofCatalogue(collection))
      return collection.indexes.length
    })
    return { fields: { nIndexesWas: result }, time }
  },
}

const chosen = ({ indexes }: Collection, wanted: unknown): readonly Index[] => {
  if (wanted === '*') return indexes.filter(({ id }) => id !== 0)
  if (Array.isArray(wanted)) return wanted.map((name) => one(indexes, name))
  return [one(indexes, wanted)]
}

const one = (indexes: readonly Index[], wanted: unknown): Index => {
  const found = indexes.filter(({ name, spec }) => (isDoc(wanted) ? equal(spec.key, wanted) : name === wanted))
  const [index] = found
  if (!index) {
    throw new CommandError(
      'IndexNotFound',
      `index not found with name [${isDoc(wanted) ? JSON.stringify(wanted) : String(wanted)}]`,
    )
  }
  if (found.length > 1) {
    throw new CommandError('AmbiguousIndexKeyPattern', 'Several indexes have this key pattern: drop them by name')
  }
  if (index.id === 0) throw new CommandError('InvalidOptions', 'cannot drop _id index')
  return index
}
