import type { Commit } from '../engine/commits.ts'
import type { Engine } from '../engine/engine.ts'
import { CommandError } from '../errors.ts'
import { type Collection, checkNamespace, splitNamespace } from '../storage/catalogue.ts'
import type { Command } from './command.ts'
import * as fields from './fields.ts'

export const renameCollection: Command = {
  fields: ['to', 'dropTarget'],
  inTransaction: false,
  async run(engine, request) {
    const { catalogue, commits, cursors } = engine
    const { body, db } = request
    if (db !== 'admin') {
      throw new CommandError('Unauthorized', 'renameCollection may only be run against the admin database.')
    }
    const [from, to] = [fields.text(body, 'renameCollection'), fields.text(body, 'to')]
    for (const namespace of [from, to]) {
      const parts = splitNamespace(namespace)
      checkNamespace(parts.db, parts.name)
    }
    if (from === to) throw new CommandError('IllegalOperation', "Can't rename a collection to itself")
    const { time } = await commits.run((commit) => {
      const collection = catalogue.find(from)
      if (!collection) throw new CommandError('NamespaceNotFound', `Source collection ${from} does not exist`)
      if (catalogue.find(to) && !fields.flag(body, 'dropTarget')) {
        throw new CommandError('NamespaceExists', 'target namespace exists')
      }
      rename(engine, commit, collection, to)
    })
    cursors.closeWhere(({ namespace, isTailable }) => (namespace === from || namespace === to) && !isTailable)
    return { fields: {}, time }
  },
}

/** Under its new name the collection takes the place of one that is there. */
export const rename = ({ catalogue }: Engine, commit: Commit, collection: Collection, namespace: string): void => {
  const replaced = catalogue.find(namespace)
  if (replaced) {
    catalogue.remove(commit.transaction, replaced)
    commit.record({ kind: 'drop', db: replaced.db, collection: replaced.name })
  }
  catalogue.rename(commit.transaction, commit.time(), collection, namespace)
  const { db, name } = splitNamespace(namespace)
  commit.record({ kind: 'rename', db: collection.db, collection: collection.name, to: { db, collection: name } })
}
