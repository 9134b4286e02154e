import type { Access, SelfCall } from '../access/access.ts'
import type { AccessModels } from '../access/documents.ts'
import { within } from '../log/tx.ts'

/** Notes that mails to the caller’s address reach them: they had the token of one. */
export async function confirmAddress(
  { accounts }: Pick<AccessModels, 'accounts'>,
  access: Access,
  { principal }: SelfCall,
): Promise<void> {
  await access.changeAccount({ principal }, async (tx, me) => {
    await accounts.updateOne({ _id: me.account }, { $set: { emailVerified: true } }, within(tx))
  })
}
