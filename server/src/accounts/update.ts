import { type Account, problem } from '@rolecall/contract'
import { trusted } from 'mongoose'
import { shown } from '../access/account.ts'
import type { AccessModels } from '../access/documents.ts'
import type { Call, Reply } from '../http/call.ts'
import { type Tx, within } from '../log/tx.ts'
import { searchKeys } from '../members/search.ts'
import type { WebhookModels } from '../webhooks/documents.ts'
import type { ChangeEverywhere } from './everywhere.ts'

type Models = Pick<AccessModels, 'accounts' | 'memberships' | 'apiKeys'> & Pick<WebhookModels, 'webhooks'>

/** Changes one’s own name, here and in the member lists of all organisations; they are told, each in its own log. */
export async function update(
  models: Models,
  changeEverywhere: ChangeEverywhere,
  call: Call<'accounts', 'update'>,
): Promise<Reply<Account>> {
  const { accounts, memberships } = models
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
    await renameElsewhere(models, tx, me.account, name)
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

/** At webhooks and API keys of organisations that the account is in: others are not told. */
async function renameElsewhere(
  { memberships, webhooks, apiKeys }: Models,
  tx: Tx,
  account: string,
  name: string,
): Promise<void> {
  const held = await memberships.find({ 'account.id': account }, { organisation: 1 }, within(tx)).lean()
  const organisations = held.map(({ organisation }) => organisation)
  await webhooks.updateMany(
    { 'owner.id': account, organisation: trusted({ $in: organisations }) },
    { $set: { 'owner.name': name } },
    within(tx),
  )
  await webhooks.updateMany(
    { 'stopped.by.id': account, organisation: trusted({ $in: organisations }) },
    { $set: { 'stopped.by.name': name } },
    within(tx),
  )
  await apiKeys.updateMany(
    { 'issuer.id': account, organisation: trusted({ $in: organisations }) },
    { $set: { 'issuer.name': name } },
    within(tx),
  )
}
