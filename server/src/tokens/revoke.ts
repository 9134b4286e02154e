import type { AccessModels } from '../access/documents.ts'
import { type Tx, within } from '../log/tx.ts'

/** Revokes all tokens of an account: where its other sessions end because somebody else may have had them. */
export async function revokeAll(
  { accessTokens }: Pick<AccessModels, 'accessTokens'>,
  tx: Tx,
  account: string,
): Promise<void> {
  const found = await accessTokens.find({ account }, { name: 1 }, within(tx)).sort({ _id: 1 }).lean()
  if (found.length === 0) return
  await accessTokens.deleteMany({ account }, within(tx))
  tx.append(account, 'token.deleted', { tokens: found.map(({ _id, name }) => ({ id: _id, name })) })
}
