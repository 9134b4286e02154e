/** An API key as it is kept. */
import type { RoleId } from '@rolecall/contract'
import type { AccessModels } from '../access/documents.ts'
import type { ApiKeyDocument } from '../access/key-document.ts'
import { type Tx, within } from '../log/tx.ts'

/** When something of it is over and to be told: the whole key, or a former secret. */
export function dueOf({ expiresAt, former }: Pick<ApiKeyDocument, 'expiresAt' | 'former'>): { dueAt?: Date } {
  const ends = [expiresAt, ...former.map(({ until }) => until)].filter((end) => end !== undefined)
  return ends.length === 0 ? {} : { dueAt: new Date(Math.min(...ends.map((end) => end.getTime()))) }
}

/** Puts it in the place of what is kept of it. */
export async function replace({ apiKeys }: Pick<AccessModels, 'apiKeys'>, tx: Tx, key: ApiKeyDocument): Promise<void> {
  // Not what is written beside changes.
  const { _id, lastUsedAt: _, dueAt: __, ...others } = key
  const content = { ...others, ...dueOf(key) }
  const absent = (['expiresAt', 'dueAt'] as const).filter((field) => !(field in content))
  const $unset = Object.fromEntries(absent.map((field) => [field, 1]))
  await apiKeys.updateOne({ _id }, { $set: content, ...(absent.length === 0 ? {} : { $unset }) }, within(tx))
}

/** What its issuer holds, for the record; undefined where they are no active member. */
export async function issuerRole(
  { memberships }: Pick<AccessModels, 'memberships'>,
  tx: Tx,
  { organisation, issuer }: ApiKeyDocument,
): Promise<RoleId | undefined> {
  const wanted = { organisation, 'account.id': issuer.id, status: 'active' } as const
  const found = await memberships.findOne(wanted, { role: 1 }, within(tx)).lean()
  return found?.role
}
