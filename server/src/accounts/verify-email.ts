import { problem } from '@rolecall/contract'
import type { Access } from '../access/access.ts'
import type { AccessModels, AccountDocument } from '../access/documents.ts'
import type { Principal } from '../access/principal.ts'
import type { Clock } from '../clock.ts'
import { emailKey } from '../email.ts'
import type { Call, Reply } from '../http/call.ts'
import type { Log } from '../log/log.ts'
import { type Tx, within } from '../log/tx.ts'
import type { Mails } from '../mail/outbox.ts'
import { tooManyMails } from '../mail/too-many-mails.ts'
import { end } from '../sessions/end.ts'
import * as accountTokens from './account-tokens.ts'
import { authoriseBearer, orInvalidLink, othersThan } from './by-token.ts'
import { type ChangeEmailParts, confirmChange } from './change-email.ts'
import type { AccountTokenModels } from './documents.ts'

type Models = Pick<AccessModels, 'accounts' | 'sessions'> & AccountTokenModels

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
 * Confirms an address, or the change to another one, by the token that was mailed there. All sessions of the account end
 * except for the caller's: somebody may have signed up with an address that is not theirs, and be waiting.
 */
export async function verifyEmail(
  parts: ChangeEmailParts & { models: Models; log: Log; now: Clock },
  { body: { token }, principal }: Call<'accounts', 'verifyEmail'>,
): Promise<Reply<undefined>> {
  const { models, log, now } = parts
  const { purpose, account } = await accountTokens.find(models, token, ['email_verification', 'email_change'], now())
  if (purpose === 'email_change') return confirmChange(parts, { token, account, principal })
  const { seq } = await orInvalidLink(
    log.change(
      { logs: [account] },
      (tx) => authoriseBearer(models, tx, account),
      async (tx, bearer) => {
        const present = await accountTokens.find(models, token, ['email_verification'], tx.at, tx)
        if (present.emailKey !== bearer.account.emailKey) throw accountTokens.invalidLink()
        await confirm(models, tx, bearer.account, principal)
      },
    ),
  )
  return { body: undefined, seq, log: account }
}

/** Notes that mails to an account's address reach its owner, who is the caller or has the mail. */
export async function confirm(
  models: Models,
  tx: Tx,
  { _id, email, emailVerified }: Pick<AccountDocument, '_id' | 'email' | 'emailVerified'>,
  principal: Principal | undefined,
): Promise<void> {
  await accountTokens.discard(models, tx, _id, ['email_verification'])
  if (emailVerified) return
  await models.accounts.updateOne({ _id }, { $set: { emailVerified: true } }, within(tx))
  await end(models, tx, _id, othersThan(principal, _id), 'email_verified')
  tx.append(_id, 'account.email_verified', { email })
}
