import { problem } from '@rolecall/contract'
import type { Access } from '../access/access.ts'
import type { AccessModels, AccountDocument } from '../access/documents.ts'
import type { Self } from '../access/self.ts'
import { emailKey } from '../email.ts'
import type { Call, Reply } from '../http/call.ts'
import { type Tx, within } from '../log/tx.ts'
import type { Mails } from '../mail/outbox.ts'
import { tooManyMails } from '../mail/too-many-mails.ts'
import { end } from '../sessions/end.ts'
import { revokeAll } from '../tokens/revoke.ts'
import * as accountTokens from './account-tokens.ts'
import { type ChangeEmailParts, confirmChange } from './change-email.ts'
import type { AccountTokenModels } from './documents.ts'

type Models = Pick<AccessModels, 'accounts' | 'sessions' | 'accessTokens'> & AccountTokenModels

/** Queues the mail that confirms an address. Answers false where the address was sent too many of them. */
export async function sendVerification(
  models: AccountTokenModels,
  mails: Mails,
  tx: Tx,
  { _id, email }: Pick<AccountDocument, '_id' | 'email'>,
): Promise<boolean> {
  const recipient = { account: _id, email, emailKey: emailKey(email) }
  const { token, expiresAt } = await accountTokens.issue(models, tx, {
    purpose: 'email_verification',
    at: tx.at,
    ...recipient,
  })
  return mails.queue(tx, { to: email, kind: 'email_verification', data: { token }, expiresAt })
}

export async function sendVerificationAgain(
  { models, access, mails }: { models: AccountTokenModels; access: Access; mails: Mails },
  call: Call<'accounts', 'sendVerification'>,
): Promise<Reply<{ email: string }>> {
  return access.changeAccount(call, async (tx, { account, email, emailVerified }) => {
    if (emailVerified) throw problem('email_verified')
    if (await sendVerification(models, mails, tx, { _id: account, email })) return { email }
    throw tooManyMails()
  })
}

/**
 * Confirms the caller's address, or the change to another one, by the token that was mailed there. All other sessions of
 * the account end: somebody may have signed in to what was not yet known to be anybody's.
 */
export async function verifyEmail(
  parts: ChangeEmailParts & { models: Models },
  call: Call<'accounts', 'verifyEmail'>,
): Promise<Reply<undefined>> {
  const { models, access } = parts
  const { token } = call.body
  const { seq, replayed } = accountTokens.isFor(token, 'email_change')
    ? await confirmChange(parts, call)
    : await access.changeAccount(call, async (tx, me) => {
        const found = await accountTokens.findOwn(models, token, 'email_verification', me.account, tx)
        if (found.emailKey !== emailKey(me.email)) throw accountTokens.invalidLink()
        await confirm(models, tx, me)
      })
  return { body: undefined, seq, replayed }
}

/** Notes that mails to the caller's address reach them. */
export async function confirm(models: Models, tx: Tx, { account, session, email, emailVerified }: Self): Promise<void> {
  await accountTokens.discard(models, tx, account, ['email_verification'])
  if (emailVerified) return
  await models.accounts.updateOne({ _id: account }, { $set: { emailVerified: true } }, within(tx))
  await end(models, tx, account, { except: session }, 'email_verified')
  await revokeAll(models, tx, account)
  tx.append(account, 'account.email_verified', { email })
}
