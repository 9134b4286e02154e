import { type Snapshot, within } from '../log/tx.ts'
import type { OrganisationModels } from './documents.ts'

/** Whether an organisation is somebody’s personal one. */
export async function isPersonal(
  { organisations }: Pick<OrganisationModels, 'organisations'>,
  snapshot: Snapshot,
  id: string,
): Promise<boolean> {
  const found = await organisations.findById(id, { owner: 1 }, within(snapshot)).lean()
  return found !== null && found.owner !== null
}
