import type { Document } from 'mongodb'
import { type Operation, Unknown } from '../format.ts'

/** One operation of the format on an entity: the arguments that it knows, and how the driver is asked. */
export interface EntityOperation<Target> {
  readonly takes: readonly string[]
  /** Whether each element of the result is a document of its own, which may have more fields than expected. */
  readonly givesDocuments?: boolean
  run(target: Target, given: Document, run: Run): unknown
}

export interface Run {
  /** Runs operations within one, as the callback of withTransaction does; their errors come through. */
  nested(operations: readonly Operation[]): Promise<void>
}

export type Operations<Target> = Readonly<Record<string, EntityOperation<Target>>>

export const operationOf = <Target>(
  operations: Operations<Target>,
  kind: string,
  name: string,
): EntityOperation<Target> => {
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined
  if (!operation) throw new Unknown(`The operation ${name} of a ${kind}`)
  return operation
}

/** For operations whose answer is a cursor's documents. */
export const documents = <Target>(
  takes: readonly string[],
  run: EntityOperation<Target>['run'],
): EntityOperation<Target> => ({ takes, givesDocuments: true, run })

export const plain = <Target>(
  takes: readonly string[],
  run: EntityOperation<Target>['run'],
): EntityOperation<Target> => ({ takes, run })
