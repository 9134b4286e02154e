import { problem } from '@rolecall/contract'
import type { Access } from '../access/access.ts'
import type { AccessModels } from '../access/documents.ts'
import type { Call, Reply } from '../http/call.ts'
import { within } from '../log/tx.ts'
import { end } from '../sessions/end.ts'
import * as passwords from '../sessions/passwords.ts'
import { checkPassword } from './check-password.ts'

/** Changes one’s own password. Whoever else is signed in with the old one is not any more. */
export async function changePassword(
  models: Pick<AccessModels, 'accounts' | 'sessions'>,
  access: Access,
  call: Call<'accounts', 'changePassword'>,
): Promise<Reply<undefined>> {
  const checked = await checkPassword(access, call, call.body.password)
  const passwordHash = checked.isRight ? await passwords.hash(call.body.newPassword) : undefined
  const { seq, replayed } = await access.changeAccount(call, async (tx, me) => {
    // Refused only here: a repetition with its Idempotency-Key brings the old password, and is answered as before.
    if (passwordHash === undefined || me.passwordHash !== checked.passwordHash) throw problem('invalid_credentials')
    await models.accounts.updateOne({ _id: me.account }, { $set: { passwordHash } }, within(tx))
    await end(models, tx, me.account, { except: me.session }, 'password_changed')
    tx.append(me.account, 'account.password_changed', {})
  })
  return { body: undefined, seq, replayed }
}
