import { problem } from '@rolecall/contract'
import type { AccessModels, SessionDocument } from '../access/documents.ts'
import type { Clock } from '../clock.ts'
import type { Log } from '../log/log.ts'
import type { Actor } from '../log/tx.ts'
import { end } from './end.ts'
import type { RefreshTokens } from './refresh-tokens.ts'
import { idleLifetimeMs } from './start.ts'

const system: Actor = { kind: 'system', id: 'system', name: 'Rolecall' }

/**
 * Answers the session of a refresh token after rotating it, so that the token is used up; ends the session when the
 * token was used before. Throws `invalid_refresh_token`.
 */
export type Refresh = (token: string) => Promise<SessionDocument>

export function createRefresh({
  models: { sessions },
  log,
  refreshTokens,
  now,
}: {
  models: Pick<AccessModels, 'sessions'>
  log: Log
  refreshTokens: RefreshTokens
  now: Clock
}): Refresh {
  async function endReused({ _id, account }: SessionDocument): Promise<void> {
    await log.change(
      { logs: [account] },
      async () => ({ actor: system }),
      (tx) => end({ sessions }, tx, account, { only: _id }, 'refresh_token_reused'),
    )
  }

  return async (token) => {
    const id = refreshTokens.sessionOf(token)
    const session = id === undefined ? null : await sessions.findById(id).lean()
    const at = now()
    if (session === null || session.expiresAt <= at) throw refused()
    const use = refreshTokens.judge(token, session, at)
    if (use === 'reused') await endReused(session)
    if (use !== 'first') throw refused()
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
    if (rotated === null) throw refused()
    return rotated
  }
}

const refused = () =>
  problem('invalid_refresh_token', {
    detail: 'It was used before, has expired, or its session has ended. Sign in again.',
  })
