import { ProblemError } from '@rolecall/contract'
import type { AccessModels, AccountDocument } from '../access/documents.ts'
import { type Actor, type Tx, within } from '../log/tx.ts'
import { invalidLink } from './account-tokens.ts'

export interface Bearer {
  readonly account: AccountDocument
  readonly actor: Actor
}

/** Whoever has the token that was mailed to an account acts as its owner. */
export async function authoriseBearer(
  { accounts }: Pick<AccessModels, 'accounts'>,
  tx: Tx,
  id: string,
): Promise<Bearer> {
  const account = await accounts.findById(id, null, within(tx)).lean()
  if (account === null) throw invalidLink()
  return { account, actor: { kind: 'account', id, name: account.name } }
}

/** The closed log of an account that was deleted must not be told from a token that is none. */
export async function orInvalidLink<Value>(changing: Promise<Value>): Promise<Value> {
  try {
    return await changing
  } catch (error) {
    throw error instanceof ProblemError && error.code === 'unauthenticated' ? invalidLink() : error
  }
}
