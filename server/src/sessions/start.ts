import { randomBytes } from 'node:crypto'
import type { Session } from '@rolecall/contract'
import type { AccessModels, SessionDocument } from '../access/documents.ts'
import type { Client } from '../http/call.ts'
import { newId } from '../ids.ts'
import { type Tx, within } from '../log/tx.ts'
import type { RefreshTokens } from './refresh-tokens.ts'
import type { Tokens } from './tokens.ts'

/** A session that is not refreshed for so long ends; each refresh begins the time anew. */
export const idleLifetimeMs = 30 * 24 * 60 * 60 * 1000

/** Writes a new session and its event. Its tokens are issued by `issuer` once the change is committed. */
export async function start(
  { sessions }: Pick<AccessModels, 'sessions'>,
  tx: Tx,
  account: string,
  client: Client,
): Promise<SessionDocument> {
  const session: SessionDocument = {
    _id: newId('ses'),
    account,
    userAgent: client.userAgent.slice(0, 256),
    createdAt: tx.at,
    lastUsedAt: tx.at,
    expiresAt: new Date(tx.at.getTime() + idleLifetimeMs),
    rotation: 0,
    rotatedAt: tx.at,
    nonce: randomBytes(16).toString('base64url'),
  }
  await sessions.create([session], within(tx))
  tx.append(account, 'session.started', { session: session._id, userAgent: session.userAgent })
  return session
}

/** How a session's tokens are handed out: in the body, or the refresh token in a cookie. */
interface Issued {
  readonly session: Session
  readonly refreshCookie: string | undefined
}

export type Issue = (session: SessionDocument, byCookie: boolean) => Issued

export function issuer(tokens: Tokens, refreshTokens: RefreshTokens): Issue {
  return (session, byCookie) => {
    const { accessToken, expiresAt } = tokens.issue(session.account, session._id)
    const refreshToken = refreshTokens.issue(session)
    return {
      session: {
        id: session._id,
        accessToken,
        refreshToken: byCookie ? null : refreshToken,
        expiresAt: expiresAt.toISOString(),
      },
      refreshCookie: byCookie ? refreshToken : undefined,
    }
  }
}
