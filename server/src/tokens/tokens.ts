import { maxListed, problem } from '@rolecall/contract'
import type { Access } from '../access/access.ts'
import type { AccessModels, AccessTokenDocument } from '../access/documents.ts'
import type { Self } from '../access/self.ts'
import { checkPassword } from '../accounts/check-password.ts'
import type { Handlers } from '../http/call.ts'
import { newId } from '../ids.ts'
import { type Tx, within } from '../log/tx.ts'
import { hashOf, newSecret } from './secret.ts'
import { shown } from './token.ts'

const maxTokens = maxListed.tokens
const dayMs = 24 * 60 * 60 * 1_000
/** Who has signed in so lately is taken to be sitting there still. */
const recentMs = 60 * 60 * 1_000

export function createTokens({
  models,
  access,
}: {
  models: Pick<AccessModels, 'accessTokens' | 'sessions'>
  access: Access
}): Handlers<'tokens'> {
  const { accessTokens, sessions } = models

  async function isRecent(tx: Tx, { session }: Self): Promise<boolean> {
    const found = await sessions.findById(session, { createdAt: 1 }, within(tx)).lean()
    return found !== null && tx.at.getTime() - found.createdAt.getTime() <= recentMs
  }

  return {
    list: (call) =>
      access.readAccount(call, async (snapshot, { account }) => {
        const found = await accessTokens.find({ account }, null, within(snapshot)).sort({ _id: -1 }).lean()
        return { data: found.map(shown) }
      }),

    async create(call) {
      const secret = newSecret()
      const { password } = call.body
      const checked = password === undefined ? undefined : await checkPassword(access, call, password)
      return access.changeAccount(call, async (tx, me) => {
        const { account } = me
        // Refused only here: a repetition with its Idempotency-Key is answered as before.
        if (checked !== undefined && !(checked.isRight && checked.passwordHash === me.passwordHash)) {
          throw problem('invalid_credentials')
        }
        if (checked === undefined && !(await isRecent(tx, me))) {
          throw problem('password_needed', {
            detail: 'A token outlives your session, which began more than an hour ago.',
          })
        }
        const count = await accessTokens.countDocuments({ account }, within(tx))
        if (count >= maxTokens) throw problem('token_limit', { detail: `There can be ${maxTokens}. Revoke one first.` })
        const token: AccessTokenDocument = {
          _id: newId('tok'),
          account,
          name: call.body.name.trim(),
          hash: hashOf(secret),
          createdAt: tx.at,
          expiresAt: new Date(tx.at.getTime() + call.body.expiresInDays * dayMs),
        }
        await accessTokens.create([token], within(tx))
        const { _id: id, name, expiresAt } = token
        tx.append(account, 'token.created', { token: { id, name, expiresAt: expiresAt.toISOString() } })
        return { ...shown(token), token: secret }
      })
    },

    delete: (call) =>
      access.changeAccount(call, async (tx, { account }) => {
        const found = await accessTokens.findOneAndDelete({ _id: call.params.token, account }, within(tx)).lean()
        if (found === null) throw problem('not_found')
        tx.append(account, 'token.deleted', { tokens: [{ id: found._id, name: found.name }] })
        return undefined
      }),
  }
}
