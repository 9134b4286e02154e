import type { Account } from '@rolecall/contract'
import type { AccountDocument } from './documents.ts'

/** An account as its owner sees it. */
export function shown({ _id, email, name, createdAt }: AccountDocument): Account {
  return { id: _id, email, name, createdAt: createdAt.toISOString() }
}
