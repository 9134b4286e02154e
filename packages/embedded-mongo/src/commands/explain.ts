import { CommandError } from '../errors.ts'
import type { Plan } from '../plans/planner.ts'
import { prepare } from '../plans/query.ts'
import type { Doc } from '../values/doc.ts'
import type { Command } from './command.ts'
import * as fields from './fields.ts'
import { find, readQuery } from './find.ts'
import { namespaceOf } from './namespaces.ts'
import { read } from './reading.ts'

/** Of a find only: which index it uses, and how much it looks at. */
export const explain: Command = {
  fields: ['verbosity'],
  inTransaction: false,
  async run(engine, request) {
    const inner = fields.requiredDocument(request.body, 'explain')
    const [name = ''] = Object.keys(inner)
    if (name !== 'find') {
      throw new CommandError('NotImplemented', `The embedded engine explains find, not ${name}`)
    }
    const unknown = Object.keys(inner).find(
      (field) => field !== 'find' && field !== '$db' && !find.fields.includes(field),
    )
    if (unknown) throw new CommandError('IDLUnknownField', `BSON field 'find.${unknown}' is an unknown field.`)
    const verbosity = fields.optionalText(request.body, 'verbosity') ?? 'allPlansExecution'
    const question = { ...request, name, body: inner }
    const namespace = namespaceOf(question)
    const query = readQuery(question)
    const explained = await read(engine, request, namespace, ({ view, time, collection }): Doc => {
      if (!collection) return { queryPlanner: { namespace, winningPlan: { stage: 'EOF' }, rejectedPlans: [] } }
      const prepared = prepare(view, time, collection, query)
      const winningPlan = stagesOf(prepared.plan, query)
      const queryPlanner = { namespace, parsedQuery: query.filter, winningPlan, rejectedPlans: [] }
      if (verbosity === 'queryPlanner') return { queryPlanner }
      let nReturned = 0
      for (const _ of prepared.documents()) nReturned += 1
      const { keys, documents } = prepared.examined
      const executionStats = {
        executionSuccess: true,
        nReturned,
        totalKeysExamined: keys,
        totalDocsExamined: documents,
        executionStages: winningPlan,
      }
      return { queryPlanner, executionStats }
    })
    return { fields: { explainVersion: '1', ...explained } }
  },
}

const stagesOf = ({ index, isReverse, isSorted }: Plan, { limit, skip, sort }: ReturnType<typeof readQuery>): Doc => {
  const direction = isReverse ? 'backward' : 'forward'
  const access: Doc = index
    ? {
        stage: 'FETCH',
        inputStage: {
          stage: 'IXSCAN',
          keyPattern: index.spec.key,
          indexName: index.name,
          isMultiKey: index.isMultikey,
          isUnique: index.isUnique,
          isSparse: index.isSparse,
          isPartial: index.partial !== undefined,
          direction,
        },
      }
    : { stage: 'COLLSCAN', direction }
  let stages = access
  if (!isSorted) stages = { stage: 'SORT', sortPattern: sort, inputStage: stages }
  if (skip) stages = { stage: 'SKIP', skipAmount: skip, inputStage: stages }
  if (limit) stages = { stage: 'LIMIT', limitAmount: limit, inputStage: stages }
  return stages
}
