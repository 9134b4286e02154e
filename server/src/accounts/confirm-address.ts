import type { Access } from '../access/access.ts'
import type { AccessModels } from '../access/documents.ts'
import type { SelfCall } from '../access/self.ts'
import type { AccountTokenModels } from './documents.ts'
import { confirm } from './verify-email.ts'

/** Notes that mails to the caller’s address reach them: they had the token of one. Answers where their log stands. */
export async function confirmAddress(
  models: Pick<AccessModels, 'accounts' | 'sessions' | 'accessTokens'> & AccountTokenModels,
  access: Access,
  { principal }: SelfCall,
): Promise<number> {
  const { seq } = await access.changeAccount({ principal }, (tx, me) => confirm(models, tx, me))
  return seq
}
