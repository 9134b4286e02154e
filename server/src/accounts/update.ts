import { type Account, problem } from '@rolecall/contract'
import { shown } from '../access/account.ts'
import type { AccessModels } from '../access/documents.ts'
import type { Call, Reply } from '../http/call.ts'
import { within } from '../log/tx.ts'
import { searchKeys } from '../members/search.ts'
import type { ChangeEverywhere } from './everywhere.ts'

/** Changes one’s own name, here and in the member lists of all organisations; they are told, each in its own log. */
export async function update(
  { accounts, memberships }: Pick<AccessModels, 'accounts' | 'memberships'>,
  changeEverywhere: ChangeEverywhere,
  call: Call<'accounts', 'update'>,
): Promise<Reply<Account>> {
  const name = call.body.name.trim()
  return changeEverywhere(call, async (tx, me, held) => {
    const isSame = name === me.name
    const account = isSame
      ? await accounts.findById(me.account, null, within(tx)).lean()
      : await accounts
          .findOneAndUpdate({ _id: me.account }, { $set: { name } }, { ...within(tx), returnDocument: 'after' })
          .lean()
    if (account === null) throw problem('unauthenticated')
    if (isSame) return shown(account)
    const shownAs = { 'account.name': name, ...searchKeys({ name, email: me.email }) }
    await memberships.updateMany({ 'account.id': me.account }, { $set: shownAs }, within(tx))
    tx.append(me.account, 'account.updated', { before: { name: me.name }, after: { name } })
    for (const { _id, organisation, account: before } of held) {
      tx.append(organisation, 'member.updated', {
        member: { id: _id, account: { id: me.account, name } },
        before: { name: before.name, email: before.email },
        after: { name, email: before.email },
      })
    }
    return shown(account)
  })
}
