/** Who has which name. The unique index over all claims decides, never a read before. */

import { problem } from '@rolecall/contract'
import { trusted } from 'mongoose'
import { duplicateKeyOf } from '../database/duplicate-key.ts'
import { type Snapshot, type Tx, within } from '../log/tx.ts'
import type { OrganisationModels } from './documents.ts'
import { nameKey } from './names.ts'

type Names = Pick<OrganisationModels, 'names'>

/** How long a name is held, and so how long a deleted organisation can have it back. */
export const heldForMs = 30 * 24 * 60 * 60 * 1000
const maxHeldNames = 3

/** The key under which a name can be claimed. Throws `invalid_request` for a name that shows nothing. */
export function claimableKey(name: string): string {
  const key = nameKey(name)
  if (key === '') {
    const message = 'must have a visible character'
    throw problem('invalid_request', { detail: `name ${message}.`, errors: [{ path: 'name', message }] })
  }
  return key
}

/** Takes a name that is free, or whose time of being held is over. Throws `organisation_name_taken`. */
export async function claim({ names }: Names, tx: Tx, key: string, organisation: string): Promise<void> {
  const freed = await names.updateOne(
    { _id: key, heldUntil: trusted({ $lte: tx.at }) },
    { $set: { organisation }, $unset: { heldUntil: 1, name: 1 } },
    within(tx),
  )
  if (freed.matchedCount === 1) return
  await names.create([{ _id: key, organisation }], within(tx)).catch((error: unknown) => {
    // Thrown here and not where the change ends: only here is it certain whose index it was.
    throw duplicateKeyOf(error) === undefined
      ? error
      : problem('organisation_name_taken', { detail: 'Choose a name that does not look like one in use.' })
  })
}

/**
 * Exchanges an organisation’s name. The former one stays held for it, so that nobody can take it over at once; one
 * that it holds it can take back. Throws `organisation_name_taken`, `too_many_held_names`.
 */
export async function exchange(
  models: Names,
  tx: Tx,
  organisation: string,
  { from, to }: { from: { readonly name: string; readonly nameKey: string }; to: string },
): Promise<void> {
  const { names } = models
  const own = await names.find({ organisation }, null, within(tx)).lean()
  const held = own.filter(({ _id, heldUntil }) => _id !== to && heldUntil !== undefined && heldUntil > tx.at)
  if (held.length >= maxHeldNames) {
    throw problem('too_many_held_names', {
      detail: `At most ${maxHeldNames} former names are held for 30 days each; rename again when one is free.`,
    })
  }
  if (own.some(({ _id }) => _id === to))
    await names.updateOne({ _id: to }, { $unset: { heldUntil: 1, name: 1 } }, within(tx))
  else await claim(models, tx, to, organisation)
  await hold(models, tx, from)
}

/** Keeps a name that is in use no longer from everybody else for 30 days; returns until when. */
export async function hold(
  { names }: Names,
  tx: Tx,
  { name, nameKey }: { readonly name: string; readonly nameKey: string },
): Promise<Date> {
  const heldUntil = new Date(tx.at.getTime() + heldForMs)
  await names.updateOne({ _id: nameKey }, { $set: { heldUntil, name } }, within(tx))
  return heldUntil
}

/** Takes a held name back into use; false where it is not the organisation’s any more. */
export async function takeBack({ names }: Names, tx: Tx, key: string, organisation: string): Promise<boolean> {
  const taken = await names.updateOne({ _id: key, organisation }, { $unset: { heldUntil: 1, name: 1 } }, within(tx))
  return taken.matchedCount === 1
}

/** Former names that nobody else can take yet, the one first that is free first. */
export async function heldNames(
  { names }: Names,
  snapshot: Snapshot,
  organisation: string,
  now: Date,
): Promise<{ name: string; heldUntil: string }[]> {
  const own = await names.find({ organisation }, null, within(snapshot)).lean()
  return own
    .flatMap(({ _id, name = _id, heldUntil }) =>
      heldUntil !== undefined && heldUntil > now ? [{ name, heldUntil: heldUntil.toISOString() }] : [],
    )
    .sort((a, b) => (a.heldUntil < b.heldUntil ? -1 : 1))
}

/** Whether a name looks free. Good for choosing one; only `claim` decides. */
export async function isFree({ names }: Names, snapshot: Snapshot, key: string): Promise<boolean> {
  const found = await names.findById(key, { _id: 1 }, within(snapshot)).lean()
  return found === null
}
