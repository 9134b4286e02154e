import type { Command } from './command.ts'

export const dropDatabase: Command = {
  fields: [],
  inTransaction: false,
  async run({ catalogue, commits, cursors }, { db }) {
    const { time } = await commits.run((commit) => {
      const doomed = [...catalogue.all()].filter((collection) => collection.db === db)
      for (const collection of doomed) {
        catalogue.remove(commit.transaction, collection)
        commit.record({ kind: 'drop', db, collection: collection.name })
      }
      if (doomed.length > 0) commit.record({ kind: 'dropDatabase', db, collection: '' })
    })
    cursors.closeWhere((cursor) => cursor.namespace.startsWith(`${db}.`) && !cursor.isTailable)
    return { fields: { dropped: db }, time }
  },
}
