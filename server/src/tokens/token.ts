import type { AccessToken } from '@rolecall/contract'
import type { AccessTokenDocument } from '../access/documents.ts'

/** A token as its owner sees it. */
export function shown({ _id, name, createdAt, lastUsedAt, expiresAt }: AccessTokenDocument): AccessToken {
  return {
    id: _id,
    name,
    createdAt: createdAt.toISOString(),
    ...(lastUsedAt === undefined ? {} : { lastUsedAt: lastUsedAt.toISOString() }),
    expiresAt: expiresAt.toISOString(),
  }
}
