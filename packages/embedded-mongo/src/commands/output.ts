import type { Engine } from '../engine/engine.ts'
import type { Doc } from '../values/doc.ts'
import type { Request } from './command.ts'

/** What a pipeline does with its documents where it writes them; gives the time of the write. */
export type Output = (engine: Engine, request: Request, docs: readonly Doc[]) => Promise<bigint>
