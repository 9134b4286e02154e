import { type Application, problem } from '@rolecall/contract'
import { type Snapshot, within } from '../log/tx.ts'
import type { ApplicationDocument, ApplicationModels } from './documents.ts'

export function shown({ _id, organisation, name, description, createdAt }: ApplicationDocument): Application {
  return { id: _id, organisation, name, description, createdAt: createdAt.toISOString() }
}

/** As events name it. */
export function named({ _id, name }: Pick<ApplicationDocument, '_id' | 'name'>) {
  return { id: _id, name }
}

/** Throws `not_found`, also for one of another organisation. */
export async function existing(
  { applications }: ApplicationModels,
  snapshot: Snapshot,
  id: string,
  organisation: string,
): Promise<ApplicationDocument> {
  const found = await applications.findOne({ _id: id, organisation }, null, within(snapshot)).lean()
  if (found === null) throw problem('not_found')
  return found
}
