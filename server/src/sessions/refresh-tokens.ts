/**
 * Refresh tokens: opaque, used once, and not stored. A token names its session and the rotation that it is for, and
 * proves with a MAC that we issued it. So every earlier token of a session is recognised as ours and as used, which is
 * how a stolen one is noticed, and a copy of the database holds no token.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { SessionDocument } from '../access/documents.ts'
import { deriveKey } from '../derive-key.ts'

/** A lost answer or a second tab repeats the token at once; that ends nothing. */
const graceMs = 10_000

type Use = 'first' | 'repeated' | 'reused' | 'foreign'

export interface RefreshTokens {
  /** The token with which the session's next rotation is asked for. */
  issue(session: Pick<SessionDocument, '_id' | 'rotation' | 'nonce'>): string
  /** The session that a token claims to be of, without any proof. */
  sessionOf(token: string): string | undefined
  /**
   * What the use of a token means for its session: `repeated` is the token before the present one within 10 s of its
   * rotation. Any older one is `reused` however short ago the last rotation was: else a thief who rotates every few
   * seconds would never be noticed.
   */
  judge(token: string, session: SessionDocument, at: Date): Use
}

export function createRefreshTokens(secretKey: string): RefreshTokens {
  const key = deriveKey(secretKey, 'refresh tokens')
  const mac = (session: Pick<SessionDocument, '_id' | 'nonce'>, rotation: number) =>
    createHmac('sha256', key)
      .update(JSON.stringify([session._id, rotation, session.nonce]))
      .digest()

  return {
    issue: (session) => `rt_${session._id}.${session.rotation}.${mac(session, session.rotation).toString('base64url')}`,
    sessionOf: (token) => parse(token)?.session,
    judge(token, session, at) {
      const parsed = parse(token)
      if (parsed === undefined || parsed.session !== session._id) return 'foreign'
      if (!timingSafeEqual(parsed.mac, mac(session, parsed.rotation))) return 'foreign'
      if (parsed.rotation === session.rotation) return 'first'
      const isWithinGrace = at.getTime() - session.rotatedAt.getTime() <= graceMs
      return parsed.rotation === session.rotation - 1 && isWithinGrace ? 'repeated' : 'reused'
    },
  }
}

function parse(token: string): { session: string; rotation: number; mac: Buffer } | undefined {
  const match = /^rt_(ses_[0-9a-z]{26})\.(0|[1-9][0-9]{0,8})\.([\w-]{43})$/.exec(token)
  if (match === null) return undefined
  const [, session = '', rotation = '', mac = ''] = match
  return { session, rotation: Number(rotation), mac: Buffer.from(mac, 'base64url') }
}
