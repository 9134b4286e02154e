import { ProblemError } from '@rolecall/contract'
import type { AccessModels, SessionDocument } from '../access/documents.ts'
import type { Clock } from '../clock.ts'
import type { Log } from '../log/log.ts'
import { system } from '../log/system.ts'
import { type Refusal, refusal } from '../refusal.ts'
import { end } from './end.ts'
import type { RefreshTokens } from './refresh-tokens.ts'
import { idleLifetimeMs } from './start.ts'

/**
 * Answers the session of a refresh token after rotating it, so that the token is used up; ends the session when the
 * token was used before. Throws `invalid_refresh_token`, and has the cookie removed when the token came by it in vain.
 */
export type Refresh = (token: string, byCookie: boolean) => Promise<SessionDocument>

export function createRefresh({
  models: { sessions },
  log,
  refreshTokens,
  fence,
  now,
}: {
  models: Pick<AccessModels, 'sessions'>
  log: Log
  refreshTokens: RefreshTokens
  fence: (log: string, seq: number) => Promise<void>
  now: Clock
}): Refresh {
  async function endReused({ _id, account }: SessionDocument): Promise<void> {
    const ending = log.change(
      { logs: [account] },
      async () => ({ actor: system }),
      (tx) => end({ sessions }, tx, account, { only: _id }, 'refresh_token_reused'),
    )
    const ended = await ending.catch((error: unknown) => {
      // The account was deleted meanwhile, and its sessions with it.
      if (!(error instanceof ProblemError && error.code === 'unauthenticated')) throw error
    })
    if (ended !== undefined) await fence(account, ended.seq)
  }

  return async (token, byCookie) => {
    const id = refreshTokens.sessionOf(token)
    const session = id === undefined ? null : await sessions.findById(id).lean()
    const at = now()
    if (session === null || session.expiresAt <= at) throw refused(byCookie)
    const use = refreshTokens.judge(token, session, at)
    if (use === 'reused') await endReused(session)
    if (use === 'repeated') throw overtaken()
    if (use !== 'first') throw refused(byCookie)
    // The rotation in the filter decides among parallel uses: one finds it, the others come too late.
    const rotated = await sessions
      .findOneAndUpdate(
        { _id: session._id, rotation: session.rotation },
        {
          $inc: { rotation: 1 },
          $set: { rotatedAt: at, lastUsedAt: at, expiresAt: new Date(at.getTime() + idleLifetimeMs) },
        },
        { returnDocument: 'after' },
      )
      .lean()
    if (rotated === null) throw overtaken()
    return rotated
  }
}

const detail = 'It was used before, has expired, or its session has ended. Sign in again.'

const refused = (byCookie: boolean): Refusal => refusal('invalid_refresh_token', { detail, removesCookie: byCookie })

/** Another tab was quicker. Its cookie must stay, also when this answer arrives after the one that brought it. */
const overtaken = (): Refusal => refusal('invalid_refresh_token', { detail })
