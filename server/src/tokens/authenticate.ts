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
const maxRemembered = 10_000

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
  /** Hashes of tokens that were accepted when they were last shown. */
  const remembered = new Set<string>()

  async function ownerOf(user: string, token: string, beforeLookUp: () => Promise<void>) {
    if (!isWellFormed(token)) return undefined
    const hash = hashOf(token)
    // Anybody can compute a checksum: those who try are to be held up before they cost a query.
    if (!remembered.has(hash)) await beforeLookUp()
    const owner = await find(user, hash)
    remembered.delete(hash)
    if (owner !== undefined) remembered.add(hash)
    const [oldest] = remembered
    if (remembered.size > maxRemembered && oldest !== undefined) remembered.delete(oldest)
    return owner
  }

  async function find(user: string, hash: string): Promise<TokenPrincipal | undefined> {
    const at = now()
    const found = await accessTokens.findOne({ hash, expiresAt: trusted({ $gt: at }) }).lean()
    if (found === null) return undefined
    const account = await accounts.findById(found.account, { emailKey: 1 }).lean()
    if (account === null || (user !== account._id && emailKey(user) !== account.emailKey)) return undefined
    if (found.lastUsedAt === undefined || at.getTime() - found.lastUsedAt.getTime() >= usedForMs) {
      await accessTokens.updateOne({ _id: found._id }, { $set: { lastUsedAt: at } })
    }
    return { kind: 'token', account: account._id, token: found._id, expiresAt: found.expiresAt }
  }

  return async (user, password, beforeLookUp) => {
    if (!isMeant(password)) return ownerOf(user, password, beforeLookUp)
    return authenticateKey(password, beforeLookUp).catch((error: unknown) => {
      if (error instanceof ProblemError && error.code === 'unauthenticated') return undefined
      throw error
    })
  }
}
