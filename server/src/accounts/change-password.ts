import { problem } from '@rolecall/contract'
import type { Access } from '../access/access.ts'
import type { AccessModels } from '../access/documents.ts'
import type { Call, Reply } from '../http/call.ts'
import { within } from '../log/tx.ts'
import type { Mails } from '../mail/outbox.ts'
import { end } from '../sessions/end.ts'
import * as passwords from '../sessions/passwords.ts'
import { revokeAll } from '../tokens/revoke.ts'
import { discard } from './account-tokens.ts'
import { checkPassword } from './check-password.ts'
import type { AccountTokenModels } from './documents.ts'

/** Changes one’s own password. Whoever else is signed in with the old one is not any more. */
export async function changePassword(
  {
    models,
    access,
    mails,
  }: {
    models: Pick<AccessModels, 'accounts' | 'sessions' | 'accessTokens'> & AccountTokenModels
    access: Access
    mails: Mails
  },
  call: Call<'accounts', 'changePassword'>,
): Promise<Reply<undefined>> {
  const checked = await checkPassword(access, call, call.body.password)
  const passwordHash = checked.isRight ? await passwords.hash(call.body.newPassword) : undefined
  const { seq, replayed } = await access.changeAccount(call, async (tx, me) => {
    // Refused only here: a repetition with its Idempotency-Key brings the old password, and is answered as before.
    if (passwordHash === undefined || me.passwordHash !== checked.passwordHash) throw problem('invalid_credentials')
    await models.accounts.updateOne({ _id: me.account }, { $set: { passwordHash } }, within(tx))
    await end(models, tx, me.account, { except: me.session }, 'password_changed')
    await revokeAll(models, tx, me.account)
    // Of what somebody may have begun who knew the old one.
    await discard(models, tx, me.account, ['password_reset', 'email_change'])
    tx.append(me.account, 'account.password_changed', {})
    // An address that nobody has confirmed may be a stranger's.
    if (me.emailVerified) await mails.queue(tx, { to: me.email, kind: 'password_changed', data: {} })
  })
  return { body: undefined, seq, replayed }
}
