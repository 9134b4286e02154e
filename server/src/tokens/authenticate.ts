import { ProblemError } from '@rolecall/contract'
import { trusted } from 'mongoose'
import type { AccessModels } from '../access/documents.ts'
import type { GitPrincipal, TokenPrincipal } from '../access/principal.ts'
import type { AuthenticateKey } from '../api-keys/authenticate.ts'
import { isMeant } from '../api-keys/secret.ts'
import type { Clock } from '../clock.ts'
import { emailKey } from '../email.ts'
import { hashOf, isWellFormed } from './secret.ts'

/** When a token was used last is kept to the minute: it is not worth a write for each request. */
const usedForMs = 60_000

/**
 * Whose token it is, where the user name is that account’s email address or id, or which API key’s secret, under any user
 * name; undefined for anything else. `beforeLookUp` is as with `AuthenticateKey`.
 */
export type Authenticate = (
  user: string,
  password: string,
  beforeLookUp: () => Promise<void>,
) => Promise<GitPrincipal | undefined>

export function createAuthenticate({
  models,
  authenticateKey,
  now,
}: {
  models: Pick<AccessModels, 'accounts' | 'accessTokens'>
  authenticateKey: AuthenticateKey
  now: Clock
}): Authenticate {
  const { accounts, accessTokens } = models
  async function ownerOf(user: string, token: string): Promise<TokenPrincipal | undefined> {
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

  return async (user, password, beforeLookUp) => {
    if (!isMeant(password)) return ownerOf(user, password)
    return authenticateKey(password, beforeLookUp).catch((error: unknown) => {
      if (error instanceof ProblemError && error.code === 'unauthenticated') return undefined
      throw error
    })
  }
}
