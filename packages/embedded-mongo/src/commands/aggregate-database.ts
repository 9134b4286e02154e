import { createHash } from 'node:crypto'
import { Binary } from 'bson'
import type { Engine } from '../engine/engine.ts'
import { CommandError } from '../errors.ts'
import { runPipeline } from '../query/aggregate.ts'
import { compileExpression } from '../query/expressions.ts'
import { type Doc, isDoc } from '../values/doc.ts'

/** The stages that begin a pipeline on no collection: what they begin with. */
const sources: Readonly<Record<string, (spec: unknown, engine: Engine) => Doc[]>> = {
  $documents(spec) {
    const docs = compileExpression(spec)({})
    if (Array.isArray(docs) && docs.every(isDoc)) return docs
    throw new CommandError(5858203, '$documents must evaluate to an array of objects')
  },
  $listLocalSessions(spec, { sessions }) {
    if (!isDoc(spec)) throw new CommandError('TypeMismatch', '$listLocalSessions options must be an object')
    return [...sessions.all()].map(({ lsid, lastUse }) => ({ _id: { id: lsid.id, uid: nobody }, lastUse }))
  },
}

/** Sessions are told by their users, and of these there are none. */
const nobody = new Binary(createHash('sha256').update('').digest())

/** What MongoDB tells of itself in this way, and the engine does not. */
const unserved = ['$currentOp', '$listSessions', '$queryStats']

/** Runs a pipeline that is on no collection. */
export const runOnDatabase = (engine: Engine, pipeline: readonly Doc[]): Doc[] => {
  const [first = {}, ...rest] = pipeline
  const [name = ''] = Object.keys(first)
  const source = Object.hasOwn(sources, name) ? sources[name] : undefined
  if (source) return runPipeline(source(first[name], engine), rest)
  throw unserved.includes(name)
    ? new CommandError('NotImplemented', `The embedded engine does not support '${name}'`)
    : new CommandError('InvalidNamespace', `{aggregate: 1} is not valid for '${name}'; a collection is required.`)
}
