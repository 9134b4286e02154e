import type { Doc } from '../values/doc.ts'
import { compileStage } from './stages.ts'

/**
 * Runs a pipeline over documents, without changing them. All of it is compiled first, so that a mistake in a late stage
 * is found whatever the documents are.
 * @throws CommandError with MongoDB's code for stages, expressions and operators that the engine does not have
 */
export const runPipeline = (docs: Doc[], pipeline: readonly unknown[]): Doc[] =>
  pipeline.map((stage) => compileStage(stage)).reduce((current, { run }) => run(current), docs)
