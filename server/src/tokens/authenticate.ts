import { trusted } from 'mongoose'
import type { AccessModels } from '../access/documents.ts'
import type { TokenPrincipal } from '../access/principal.ts'
import type { Clock } from '../clock.ts'
import { emailKey } from '../email.ts'
import { hashOf, isWellFormed } from './secret.ts'

/** When a token was used last is kept to the minute: it is not worth a write for each request. */
const usedForMs = 60_000

/** Whose token it is, where the user name is that account’s email address or id; undefined for anything else. */
export type Authenticate = (user: string, token: string) => Promise<TokenPrincipal | undefined>

export function createAuthenticate({
  models,
  now,
}: {
  models: Pick<AccessModels, 'accounts' | 'accessTokens'>
  now: Clock
}): Authenticate {
  const { accounts, accessTokens } = models
  return async (user, token) => {
    if (!isWellFormed(token)) return undefined
    const at = now()
    const found = await accessTokens.findOne({ hash: hashOf(token), expiresAt: trusted({ $gt: at }) }).lean()
    if (found === null) return undefined
    const account = await accounts.findById(found.account, { emailKey: 1 }).lean()
    if (account === null || (user !== account._id && emailKey(user) !== account.emailKey)) return undefined
    if (found.lastUsedAt === undefined || at.getTime() - found.lastUsedAt.getTime() >= usedForMs) {
      await accessTokens.updateOne({ _id: found._id }, { $set: { lastUsedAt: at } })
    }
    return { kind: 'token', account: account._id, token: found._id, expiresAt: found.expiresAt }
  }
}
