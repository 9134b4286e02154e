import type { EventData } from '@rolecall/contract'
import type { Log } from '../log/log.ts'
import { type Tx, within } from '../log/tx.ts'
import { hold } from './claims.ts'
import type { OrganisationDocument, OrganisationModels } from './documents.ts'

/**
 * Deletes an organisation softly, in a change that has named its log: memberships and history stay, its name is held
 * for 30 days, and from here on it answers `not_found` to everyone.
 */
export async function end(
  models: OrganisationModels,
  log: Pick<Log, 'close'>,
  tx: Tx,
  organisation: OrganisationDocument,
  reason: EventData<'organisation.deleted'>['reason'],
): Promise<void> {
  const { _id, name } = organisation
  const heldUntil = await hold(models, tx, organisation)
  await models.organisations.updateOne({ _id }, { $set: { deletedAt: tx.at } }, within(tx))
  tx.append(_id, 'organisation.deleted', {
    organisation: { id: _id, name },
    reason,
    nameHeldUntil: heldUntil.toISOString(),
  })
  log.close(tx, _id)
}
