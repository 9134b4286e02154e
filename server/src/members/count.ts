import { trusted } from 'mongoose'
import type { AccessModels } from '../access/documents.ts'
import { type Tx, within } from '../log/tx.ts'

/**
 * Counts a membership that is about to be written (1) or deleted (-1), and answers how many the organisation has then,
 * suspended ones too. Before the write, since what was never counted is counted here. Whoever writes or deletes
 * memberships calls it, under the lock of the organisation’s log: that makes a limit exact.
 */
export async function count(
  models: Pick<AccessModels, 'memberships'>,
  tx: Tx,
  organisation: string,
  by: 1 | -1,
): Promise<number> {
  const present = tx.counted(organisation, 'members') ?? (await existing(models, tx, organisation))
  tx.setCount(organisation, 'members', present + by)
  return present + by
}

async function existing(
  { memberships }: Pick<AccessModels, 'memberships'>,
  tx: Tx,
  organisation: string,
): Promise<number> {
  return memberships.countDocuments({ organisation, status: trusted({ $in: ['active', 'suspended'] }) }, within(tx))
}
