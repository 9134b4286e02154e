import { problem } from '@rolecall/contract'
import { trusted } from 'mongoose'
import { type Tx, within } from '../log/tx.ts'
import { heldForMs } from './claims.ts'
import type { OrganisationModels } from './documents.ts'

/**
 * Refuses another organisation to whoever has created as many as they can have: `organisation_limit`. Those that were
 * deleted count until their names are free, or names could be hoarded by creating and deleting. Exact in a change that
 * has locked the log of the account.
 */
export async function checkLimit(
  { organisations }: Pick<OrganisationModels, 'organisations'>,
  tx: Tx,
  founder: string,
  max: number,
): Promise<void> {
  const bounded = { ...within(tx), limit: max }
  const present = await organisations.countDocuments({ founder, deletedAt: trusted({ $exists: false }) }, bounded)
  const since = new Date(tx.at.getTime() - heldForMs)
  const deleted = await organisations.countDocuments({ founder, deletedAt: trusted({ $gt: since }) }, bounded)
  if (present + deleted < max) return
  throw problem('organisation_limit', {
    detail: `You can create ${max}. One that is deleted counts until its name is free, 30 days later.`,
  })
}
