import { randomUUID } from 'node:crypto'
import type { Commit } from '../engine/commits.ts'
import type { Engine } from '../engine/engine.ts'
import { CommandError } from '../errors.ts'
import { checkNamespace, splitNamespace, withIndex } from '../storage/catalogue.ts'
import * as storage from '../storage/documents.ts'
import { encode } from '../values/codec.ts'
import { type Doc, isDoc } from '../values/doc.ts'
import { complete } from './insert.ts'
import type { Output } from './output.ts'
import { rename } from './rename-collection.ts'

/** `$out`: a collection of its own takes the place of the one that is there, with its indexes, whole or not at all. */
export const readOut = (spec: unknown, db: string): Output => {
  const namespace = targetOf(spec, db)
  return async (engine, _request, docs) => {
    const { time } = await engine.commits.run((commit) => replaceCollection(engine, commit, namespace, docs))
    engine.cursors.closeWhere((cursor) => cursor.namespace === namespace && !cursor.isTailable)
    return time
  }
}

const targetOf = (spec: unknown, ownDb: string): string => {
  const { db, coll, ...more } = isDoc(spec) ? spec : { db: ownDb, coll: spec }
  if (typeof coll !== 'string' || typeof db !== 'string') {
    throw new CommandError(16990, '$out only supports a string or object argument')
  }
  if (Object.keys(more).length > 0) {
    throw new CommandError('NotImplemented', `The embedded engine does not support '${Object.keys(more)[0]}' of $out`)
  }
  checkNamespace(db, coll)
  return `${db}.${coll}`
}

const replaceCollection = (engine: Engine, commit: Commit, namespace: string, docs: readonly Doc[]): void => {
  const { catalogue } = engine
  const former = catalogue.find(namespace)
  const { transaction } = commit
  const { db } = splitNamespace(namespace)
  const temporary = catalogue.describe(commit.time(), `${db}.tmp.agg_out.${randomUUID()}`, former?.options)
  const indexes = former?.indexes.slice(1) ?? []
  const planned = indexes.reduce(
    (before, { spec }) => withIndex(before, catalogue.describeIndex(before, commit.time(), spec)),
    temporary,
  )
  const made = catalogue.add(transaction, commit.time(), planned)
  try {
    commit.statement((change) => {
      for (const doc of docs) {
        const candidate = complete({ doc, bytes: encode(doc) })
        storage.insert(change, made, candidate.bytes, candidate.doc)
      }
    })
  } catch (error) {
    catalogue.remove(transaction, made)
    throw error
  }
  rename(engine, commit, made, namespace)
}
