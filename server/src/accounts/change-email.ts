import { problem } from '@rolecall/contract'
import type { Access } from '../access/access.ts'
import type { AccessModels } from '../access/documents.ts'
import { duplicateKeyOf } from '../database/duplicate-key.ts'
import { emailKey } from '../email.ts'
import type { Call, Reply } from '../http/call.ts'
import { type Changed, within } from '../log/tx.ts'
import type { Mails } from '../mail/outbox.ts'
import { tooManyMails } from '../mail/too-many-mails.ts'
import { searchKeys } from '../members/search.ts'
import { end } from '../sessions/end.ts'
import { revokeAll } from '../tokens/revoke.ts'
import * as accountTokens from './account-tokens.ts'
import { checkPassword } from './check-password.ts'
import { checkedKey } from './checked-key.ts'
import type { AccountTokenModels } from './documents.ts'
import type { ChangeEverywhere } from './everywhere.ts'

export interface ChangeEmailParts {
  readonly models: AccessModels & AccountTokenModels
  readonly access: Access
  readonly mails: Mails
  readonly changeEverywhere: ChangeEverywhere
}

/**
 * Mails a token to the new address; nothing changes before it comes back. Whether somebody has an account with that
 * address is told there, and not here.
 */
export async function requestChange(
  { models, access, mails }: ChangeEmailParts,
  call: Call<'accounts', 'changeEmail'>,
): Promise<Reply<{ email: string }>> {
  const key = checkedKey(call.body.email)
  const email = call.body.email.trim()
  const checked = await checkPassword(access, call, call.body.password)
  return access.changeAccount(call, async (tx, me) => {
    if (!checked.isRight || me.passwordHash !== checked.passwordHash) throw problem('invalid_credentials')
    const holder = await models.accounts.findOne({ emailKey: key }, { _id: 1 }, within(tx)).lean()
    const isTaken = holder !== null && holder._id !== me.account
    const recipient = { account: me.account, email, emailKey: key }
    // Made in either case: it takes as long.
    const { token, expiresAt } = await accountTokens.issue(models, tx, {
      purpose: 'email_change',
      at: tx.at,
      ...recipient,
    })
    const isQueued = isTaken
      ? await mails.queue(tx, { to: email, kind: 'email_change_taken', data: {}, expiresAt })
      : await mails.queue(tx, { to: email, kind: 'email_change', data: { token }, expiresAt })
    if (!isQueued) throw tooManyMails()
    return { email }
  })
}

/** Gives the caller's account its new address, here and in the member lists of all organisations, and tells the old one. */
export function confirmChange(
  { models, mails, changeEverywhere }: ChangeEmailParts,
  call: Call<'accounts', 'verifyEmail'>,
): Promise<Changed<void>> {
  return changeEverywhere(call, async (tx, { account: _id, session, name, email: before, emailVerified }, held) => {
    const { email, emailKey: key } = await accountTokens.findOwn(models, call.body.token, 'email_change', _id, tx)
    await models.accounts
      .updateOne({ _id }, { $set: { email, emailKey: key, emailVerified: true } }, within(tx))
      .catch((error: unknown) => {
        throw duplicateKeyOf(error) === 'emailKey'
          ? problem('email_taken', { detail: 'It was taken since the mail was sent.' })
          : error
      })
    const shownAs = { 'account.email': email, ...searchKeys({ name, email }) }
    await models.memberships.updateMany({ 'account.id': _id }, { $set: shownAs }, within(tx))
    await accountTokens.discard(models, tx, _id)
    await end(models, tx, _id, { except: session }, 'email_changed')
    await revokeAll(models, tx, _id)
    tx.append(_id, 'account.email_changed', { before: { email: before }, after: { email } })
    for (const membership of held) {
      tx.append(membership.organisation, 'member.updated', {
        member: { id: membership._id, account: { id: _id, name } },
        before: { name: membership.account.name, email: membership.account.email },
        after: { name: membership.account.name, email },
      })
    }
    // An address that nobody has confirmed may be a stranger's.
    const isAnother = emailKey(before) !== key
    if (emailVerified && isAnother) await mails.queue(tx, { to: before, kind: 'email_changed', data: { email } })
  })
}
