import type { Account } from '@rolecall/contract'
import type { AccountDocument } from './documents.ts'

/** An account as its owner sees it. */
export function shown({ _id, email, emailVerified, name, createdAt }: AccountDocument): Account {
  return { id: _id, email, emailVerified, name, createdAt: createdAt.toISOString() }
}
