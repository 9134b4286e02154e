import type { AccessModels } from '../access/documents.ts'
import type { Clock } from '../clock.ts'
import { emailKey } from '../email.ts'
import type { Call, Reply } from '../http/call.ts'
import type { Log } from '../log/log.ts'
import { system } from '../log/system.ts'
import { within } from '../log/tx.ts'
import type { Mails } from '../mail/outbox.ts'
import type { Resolve } from '../mail/worker.ts'
import { end } from '../sessions/end.ts'
import * as passwords from '../sessions/passwords.ts'
import { revokeAll } from '../tokens/revoke.ts'
import * as accountTokens from './account-tokens.ts'
import { authoriseBearer, orInvalidLink } from './by-token.ts'
import { checkedKey } from './checked-key.ts'
import type { AccountTokenModels } from './documents.ts'

interface Parts {
  readonly models: Pick<AccessModels, 'accounts' | 'sessions' | 'accessTokens'> & AccountTokenModels
  readonly log: Log
  readonly mails: Mails
  readonly now: Clock
}

const usefulForMs = 60 * 60 * 1_000

/**
 * Queues a mail to whatever address was given, so that no answer tells, by its words or its time, whether there is an
 * account: that is looked up by `resolveReset` when the mail is sent.
 */
export async function requestReset(
  { log, mails }: Parts,
  { body }: Call<'accounts', 'requestPasswordReset'>,
): Promise<Reply<Record<never, never>>> {
  checkedKey(body.email)
  await log.change(
    {},
    async () => ({ actor: system }),
    (tx) =>
      mails.queue(tx, {
        to: body.email.trim(),
        kind: 'password_reset',
        data: {},
        expiresAt: new Date(tx.at.getTime() + usefulForMs),
      }),
  )
  return { body: {} }
}

/** To the address as the account has it, and not as somebody else has spelled it. */
export function resolveReset({ models, now }: Pick<Parts, 'models' | 'now'>): Resolve {
  return async ({ to }) => {
    const account = await models.accounts.findOne({ emailKey: emailKey(to) }).lean()
    if (account === null) return undefined
    const { _id, email } = account
    const recipient = { account: _id, email, emailKey: account.emailKey }
    const { token } = await accountTokens.issue(models, undefined, {
      purpose: 'password_reset',
      at: now(),
      ...recipient,
    })
    return { to: email, data: { token } }
  }
}

/** Sets a new password. Whoever has the mail has the address, which is confirmed by that; everybody else is out. */
export async function resetPassword(
  { models, log, mails, now }: Parts,
  { body: { token, newPassword } }: Call<'accounts', 'resetPassword'>,
): Promise<Reply<undefined>> {
  const { account } = await accountTokens.find(models, token, ['password_reset'], now())
  const passwordHash = await passwords.hash(newPassword)
  const { seq } = await orInvalidLink(
    log.change(
      { logs: [account] },
      (tx) => authoriseBearer(models, tx, account),
      async (tx, bearer) => {
        const { email, emailVerified, emailKey: key } = bearer.account
        const present = await accountTokens.find(models, token, ['password_reset'], tx.at, tx)
        if (present.emailKey !== key) throw accountTokens.invalidLink()
        // All of them: a change of address may have been begun by whoever is being locked out.
        await accountTokens.discard(models, tx, account)
        await models.accounts.updateOne({ _id: account }, { $set: { passwordHash, emailVerified: true } }, within(tx))
        await end(models, tx, account, 'all', 'password_reset')
        await revokeAll(models, tx, account)
        if (!emailVerified) tx.append(account, 'account.email_verified', { email })
        tx.append(account, 'account.password_reset', {})
        await mails.queue(tx, { to: email, kind: 'password_changed', data: {} })
      },
    ),
  )
  return { body: undefined, seq, log: account }
}
