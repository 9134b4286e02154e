import { queryCursor } from '../cursors/cursors.ts'
import type { Engine } from '../engine/engine.ts'
import { compileFilter } from '../query/matcher.ts'
import { encode } from '../values/codec.ts'
import type { Doc } from '../values/doc.ts'
import type { Request, Result } from './command.ts'
import * as fields from './fields.ts'
import { batchSizeOf, openCursor } from './reading.ts'

/** Answers a list that is made of the catalogue as a cursor. */
export const answerList = (
  engine: Engine,
  request: Request,
  namespace: string,
  entries: readonly Doc[],
): Promise<Result> => {
  const filter = fields.document(request.body, 'filter')
  const matcher = filter && compileFilter(filter)
  const shown = entries.filter((entry) => !matcher || matcher.matches(entry)).map(encode)
  const source = queryCursor(shown, () => undefined)
  return openCursor(engine, request, { namespace, source, batchSize: batchSizeOf(request) })
}
