import type { RoleId } from '@rolecall/contract'
import { trusted } from 'mongoose'
import { type Tx, within } from '../log/tx.ts'
import type { AccessModels } from './documents.ts'
import type { Grants } from './grants.ts'
import { permittedTo, stateOf } from './key-access.ts'
import type { ApiKeyDocument } from './key-document.ts'

/** What somebody is before a change and after it: undefined where they are no active member. */
interface IssuerChange {
  readonly account: string
  readonly before: RoleId | undefined
  readonly after: RoleId | undefined
}

/** API keys of these issuers' that do less after a change than before: by what becomes of their role or of the issuer. */
export async function narrowedKeys(
  { apiKeys }: Pick<AccessModels, 'apiKeys'>,
  tx: Tx,
  organisation: string,
  { issuers, before, after }: { issuers: readonly IssuerChange[]; before: Grants; after: Grants },
): Promise<readonly Pick<ApiKeyDocument, '_id' | 'name' | 'issuer'>[]> {
  if (issuers.length === 0) return []
  const issued = {
    organisation,
    $or: [{ expiresAt: trusted({ $exists: false }) }, { expiresAt: trusted({ $gt: tx.at }) }],
  }
  // As they were, and as they are: a change may take away the role that they have.
  const [former, present] = [
    await apiKeys.find(issued).sort({ _id: 1 }).lean(),
    await apiKeys.find(issued, null, within(tx)).lean(),
  ]
  const permitted = (key: ApiKeyDocument | undefined, issuer: RoleId | undefined, grants: Grants) =>
    key && permittedTo(stateOf(key, issuer && { role: issuer }, grants))
  return former.filter((key) => {
    const issuer = issuers.find(({ account }) => account === key.issuer.id)
    const then = permitted(key, issuer?.before, before)
    const now = permitted(
      present.find(({ _id }) => _id === key._id),
      issuer?.after,
      after,
    )
    return then?.list.some((permission) => now?.has(permission) !== true) === true
  })
}
