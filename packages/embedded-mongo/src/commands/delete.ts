import { CommandError } from '../errors.ts'
import { checkQuery, prepare } from '../plans/query.ts'
import { bindFilter, readVariables, type Variables } from '../query/variables.ts'
import * as storage from '../storage/documents.ts'
import { decode } from '../values/codec.ts'
import type { Doc } from '../values/doc.ts'
import type { Command } from './command.ts'
import * as fields from './fields.ts'
import { readHint } from './find.ts'
import { maxBatch } from './insert.ts'
import { namespaceOf } from './namespaces.ts'
import { statementsOf } from './statements.ts'
import { isOrdered, write, writeResult } from './writing.ts'

const known = new Set(['q', 'limit', 'hint', 'collation'])
const saveEvery = 500

export const deleteCommand: Command = {
  fields: ['deletes', 'ordered', 'stmtId', 'let'],
  inTransaction: true,
  isRetryable: true,
  async run(engine, request) {
    const { body, txnNumber, transaction, deadline } = request
    const namespace = namespaceOf(request)
    const specs = statementsOf(request, 'deletes', maxBatch)
    if (txnNumber !== undefined && !transaction && specs.some((spec) => fields.whole(spec, 'limit') === 0)) {
      throw new CommandError('InvalidOptions', 'Cannot use (or request) retryable writes with limit=0')
    }
    const variables = readVariables(fields.document(body, 'let'))
    const statements = specs.map((spec) => readStatement(spec, variables))
    const ordered = isOrdered(body)
    const written = await write(engine, request, {
      namespace,
      count: specs.length,
      ordered,
      creates: false,
      run({ change, time, collection, saveSome }, index) {
        const statement = statements[index]
        if (!statement) throw new Error('No such statement')
        let n = 0
        if (!collection) checkQuery(statement)
        else {
          const query = prepare(change.view, time, collection, { ...statement, deadline })
          const ids: Buffer[] = []
          for (const { id } of query.documents()) ids.push(id)
          for (const id of ids) {
            const bytes = change.view.get(storage.documentKey(collection, id))
            if (!bytes) throw new Error('A matching document is gone')
            storage.remove(change, collection, { id, bytes, doc: decode(bytes) })
            n += 1
            if (n % saveEvery === 0) saveSome()
          }
        }
        return { result: { n }, hasWritten: n > 0 }
      },
    })
    const n = written.results.reduce((sum, result) => sum + Number(result?.n ?? 0), 0)
    return { fields: { n, ...writeResult(written, ordered) }, time: written.time }
  },
}

const readStatement = (spec: Doc, variables: Variables) => {
  for (const name of Object.keys(spec)) {
    if (!known.has(name)) {
      throw new CommandError('IDLUnknownField', `BSON field 'delete.deletes.${name}' is an unknown field.`)
    }
  }
  fields.refuse(spec, 'collation', fields.isSimpleCollation)
  const limit = fields.whole(spec, 'limit')
  if (limit !== 0 && limit !== 1) {
    throw new CommandError('FailedToParse', `The limit field in delete objects must be 0 or 1. Got ${limit}`)
  }
  return { filter: bindFilter(fields.requiredDocument(spec, 'q'), variables), limit, hint: readHint(spec) }
}
