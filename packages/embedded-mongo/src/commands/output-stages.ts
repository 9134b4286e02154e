import { CommandError } from '../errors.ts'
import type { Doc } from '../values/doc.ts'
import type { Request } from './command.ts'
import { readMerge } from './merge-stage.ts'
import { readOut } from './out-stage.ts'
import type { Output } from './output.ts'

const outputs: Readonly<Record<string, (spec: unknown, db: string) => Output>> = { $merge: readMerge, $out: readOut }

/** A pipeline's last stage, if that writes, and those before it. */
export const splitOutput = (
  { db, transaction, readConcern }: Request,
  pipeline: readonly Doc[],
): { stages: readonly Doc[]; output: Output | undefined } => {
  const names = pipeline.map((stage) => Object.keys(stage)[0] ?? '')
  const place = names.findIndex((name) => Object.hasOwn(outputs, name))
  const name = names[place]
  if (name === undefined) return { stages: pipeline, output: undefined }
  if (place < pipeline.length - 1) throw new CommandError(40601, `${name} can only be the final stage in the pipeline`)
  if (transaction) {
    throw new CommandError('OperationNotSupportedInTransaction', `${name} cannot be used in a transaction`)
  }
  if (readConcern === 'linearizable' || readConcern === 'snapshot') {
    throw new CommandError('InvalidOptions', `${name} cannot be used with a '${readConcern}' read concern level`)
  }
  return { stages: pipeline.slice(0, -1), output: outputs[name]?.(pipeline[place]?.[name], db) }
}
