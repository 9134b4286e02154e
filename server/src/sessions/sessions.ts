import { ProblemError, problem } from '@rolecall/contract'
import { trusted } from 'mongoose'
import type { Access } from '../access/access.ts'
import { shown as accountShown } from '../access/account.ts'
import type { AccessModels, AccountDocument, SessionDocument } from '../access/documents.ts'
import type { Clock } from '../clock.ts'
import { emailKey } from '../email.ts'
import type { Client, Handlers } from '../http/call.ts'
import type { Log } from '../log/log.ts'
import { type Changed, within } from '../log/tx.ts'
import { revokeAll } from '../tokens/revoke.ts'
import { end, endSurplus } from './end.ts'
import * as passwords from './passwords.ts'
import type { Refresh } from './refresh.ts'
import { shown } from './session.ts'
import type { SignInThrottle } from './sign-in-throttle.ts'
import { type Issue, start } from './start.ts'

export async function createSessions({
  models,
  access,
  log,
  issue,
  refresh,
  throttle,
  fence,
  now,
}: {
  models: AccessModels
  access: Access
  log: Log
  issue: Issue
  refresh: Refresh
  throttle: SignInThrottle
  /** For the sessions that a sign-in ends. */
  fence: (log: string, seq: number) => Promise<void>
  now: Clock
}): Promise<Handlers<'sessions'>> {
  const { accounts, sessions } = models
  const unknownPassword = await passwords.unknown()

  /** The account, or undefined when address or password is wrong. */
  async function authenticate(key: string, password: string): Promise<AccountDocument | undefined> {
    const account = await accounts.findOne({ emailKey: key }).lean()
    // An unknown address takes as long as a wrong password, so that nobody learns who has an account.
    const isRight = await passwords.matches(account?.passwordHash ?? unknownPassword, password)
    return account !== null && isRight ? account : undefined
  }

  async function signIn(
    account: AccountDocument,
    client: Client,
  ): Promise<Changed<{ session: SessionDocument; ended: number }>> {
    const signingIn = log.change(
      { logs: [account._id] },
      async (tx) => {
        const present = await accounts.findById(account._id, null, within(tx)).lean()
        // Changed since the password was checked.
        if (present?.passwordHash !== account.passwordHash) throw refused()
        return { actor: { kind: 'account' as const, id: present._id, name: present.name } }
      },
      async (tx) => {
        const ended = await endSurplus(models, tx, account._id)
        return { session: await start(models, tx, account._id, client), ended }
      },
    )
    return signingIn.catch((error: unknown) => {
      // The account's log is closed: it was deleted since the password was checked.
      throw error instanceof ProblemError && error.code === 'unauthenticated' ? refused() : error
    })
  }

  return {
    async create({ body: { email, password, cookie = false }, client }) {
      const key = emailKey(email)
      const attempt = { emailKey: key, address: client.address }
      const account = await throttle.attempt(attempt, () => authenticate(key, password))
      if (account === undefined) throw refused()
      const { body: signedIn, seq } = await signIn(account, client)
      if (signedIn.ended > 0) await fence(account._id, seq)
      const { session, refreshCookie } = issue(signedIn.session, cookie)
      return { body: { account: accountShown(account), session }, seq, refreshCookie }
    },

    async refresh({ body: { refreshToken }, client }) {
      const byCookie = refreshToken === undefined && client.refreshCookie !== undefined
      const token = refreshToken ?? client.refreshCookie ?? ''
      const { session, refreshCookie } = issue(await refresh(token, byCookie), byCookie)
      return { body: { session }, refreshCookie }
    },

    list: (call) =>
      access.readAccount(call, async (snapshot, me) => {
        const open = await sessions
          .find({ account: me.account, expiresAt: trusted({ $gt: now() }) }, null, within(snapshot))
          .sort({ _id: -1 })
          .lean()
        return { data: open.map((session) => shown(session, me.session)) }
      }),

    async endCurrent(call) {
      const { session } = call.principal
      const { seq } = await access.changeAccount(call, (tx, me) =>
        end(models, tx, me.account, { only: session }, 'signed_out'),
      )
      return { body: undefined, seq, refreshCookie: null }
    },

    async end(call) {
      const { session } = call.params
      const isCurrent = session === call.principal.session
      const { seq } = await access.changeAccount(call, async (tx, me) => {
        const ended = await end(models, tx, me.account, { only: session }, isCurrent ? 'signed_out' : 'ended')
        if (ended === 0) throw problem('not_found')
      })
      return { body: undefined, seq, refreshCookie: isCurrent ? null : undefined }
    },

    async endAll(call) {
      const { seq } = await access.changeAccount(call, async (tx, me) => {
        await end(models, tx, me.account, 'all', 'signed_out')
        // What git clients keep is signed in as well.
        await revokeAll(models, tx, me.account)
      })
      return { body: undefined, seq, refreshCookie: null }
    },
  }
}

const refused = () => problem('invalid_credentials')
