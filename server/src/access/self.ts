import { problem } from '@rolecall/contract'
import { driverCollection } from '../database/driver-collection.ts'
import type { Idempotency } from '../log/idempotency.ts'
import { type Actor, type Snapshot, within } from '../log/tx.ts'
import type { AccessModels } from './documents.ts'
import type { Principal, TokenPrincipal } from './principal.ts'

export interface SelfCall {
  readonly principal: Principal
  readonly idempotency?: Idempotency | undefined
}

/** The caller’s own account, as of the transaction or snapshot. */
export interface Self {
  readonly account: string
  readonly session: string
  readonly name: string
  readonly email: string
  readonly emailVerified: boolean
  readonly passwordHash: string
  readonly actor: Actor
}

export const sessionEnded = () => problem('unauthenticated', { detail: 'This session has ended.' })

const tokenEnded = () => problem('unauthenticated', { detail: 'This token was revoked.' })

/** Throws `unauthenticated` once the session has ended, or the token was revoked. */
export type CheckSession = (principal: Principal | TokenPrincipal, snapshot: Snapshot) => Promise<void>

/** Whether callers are who they were when they signed in. */
export function createSelfCheck({
  accounts,
  sessions,
  accessTokens,
}: Pick<AccessModels, 'accounts' | 'sessions' | 'accessTokens'>) {
  const open = driverCollection(sessions)

  const checkSession: CheckSession = async (principal, snapshot) => {
    const { account } = principal
    if (principal.kind === 'token') {
      const token = await accessTokens.findOne({ _id: principal.token, account }, { _id: 1 }, within(snapshot)).lean()
      if (token === null) throw tokenEnded()
      return
    }
    const { session } = principal
    const found = await open.findOne({ _id: session, account }, { projection: { _id: 1 }, ...within(snapshot) })
    if (found === null) throw sessionEnded()
  }

  return {
    checkSession,
    async authoriseSelf({ principal }: SelfCall, snapshot: Snapshot): Promise<Self> {
      await checkSession(principal, snapshot)
      const found = await accounts.findById(principal.account, null, within(snapshot)).lean()
      if (found === null) throw problem('unauthenticated')
      const { _id, name, email, emailVerified, passwordHash } = found
      return {
        account: _id,
        session: principal.session,
        name,
        email,
        emailVerified,
        passwordHash,
        actor: { kind: 'account', id: _id, name },
      }
    },
  }
}
