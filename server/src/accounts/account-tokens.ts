import { problem } from '@rolecall/contract'
import { trusted } from 'mongoose'
import { type Snapshot, type Tx, within } from '../log/tx.ts'
import { hashOf, newToken } from '../mail/tokens.ts'
import type { AccountTokenDocument, AccountTokenModels } from './documents.ts'

type Purpose = AccountTokenDocument['purpose']

const kinds = {
  email_verification: { prefix: 'rvt', lifetimeMs: 3 * 24 * 60 * 60 * 1_000 },
  password_reset: { prefix: 'rpt', lifetimeMs: 60 * 60 * 1_000 },
  email_change: { prefix: 'rct', lifetimeMs: 24 * 60 * 60 * 1_000 },
} as const satisfies Record<Purpose, object>

interface Issuing extends Pick<AccountTokenDocument, 'purpose' | 'account' | 'email' | 'emailKey'> {
  readonly at: Date
}

export interface IssuedToken {
  readonly token: string
  readonly expiresAt: Date
}

/** A new token; earlier ones stay, so that nobody makes the link of somebody's mail useless by asking for another. */
export async function issue(
  { accountTokens }: AccountTokenModels,
  snapshot: Snapshot | undefined,
  { at, purpose, account, email, emailKey }: Issuing,
): Promise<IssuedToken> {
  const { prefix, lifetimeMs } = kinds[purpose]
  const { token, tokenHash } = newToken(prefix)
  const expiresAt = new Date(at.getTime() + lifetimeMs)
  await accountTokens.create([{ _id: tokenHash, purpose, account, email, emailKey, expiresAt }], within(snapshot))
  return { token, expiresAt }
}

/** Throws `invalid_link`, whatever is wrong with the token. */
export async function find(
  { accountTokens }: AccountTokenModels,
  token: string,
  purposes: readonly Purpose[],
  at: Date,
  snapshot?: Snapshot,
): Promise<AccountTokenDocument> {
  const found = await accountTokens.findById(hashOf(token), null, within(snapshot)).lean()
  if (found === null || !purposes.includes(found.purpose) || found.expiresAt <= at) throw invalidLink()
  return found
}

/**
 * The caller's own. That a mail arrives proves nothing of an account whose password somebody else may have chosen: who
 * signs up with a stranger's address waits for the stranger to press the button, and for what the address is sent then.
 */
export async function findOwn(
  models: AccountTokenModels,
  token: string,
  purpose: Purpose,
  account: string,
  tx: Tx,
): Promise<AccountTokenDocument> {
  const found = await find(models, token, [purpose], tx.at, tx)
  if (found.account !== account) throw otherAccount()
  return found
}

/** By what it looks like: of a token that was used nothing else is left. */
export function isFor(token: string, purpose: Purpose): boolean {
  return token.startsWith(`${kinds[purpose].prefix}_`)
}

/** Takes the worth from all tokens of an account, or from those for some purposes. */
export async function discard(
  { accountTokens }: AccountTokenModels,
  snapshot: Snapshot,
  account: string,
  purposes?: readonly Purpose[],
): Promise<void> {
  const which = purposes === undefined ? {} : { purpose: trusted({ $in: purposes }) }
  await accountTokens.deleteMany({ account, ...which }, within(snapshot))
}

const otherAccount = () =>
  problem('other_account', {
    detail: 'Sign in to the account that the mail is about, or reset its password, which confirms the address as well.',
  })

/** Unknown, expired, used, for something else, of somebody who is gone: nobody can tell them apart. */
export const invalidLink = () =>
  problem('invalid_link', { detail: 'It can be used once, and not for ever. Ask for another mail.' })
