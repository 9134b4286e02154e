/**
 * Access tokens: JWTs that say which account in which session is asking, for ten minutes, and carry no role. That a
 * token verifies does not mean that its session is still open: each request and change sees to that in the database.
 */
import { hash, randomUUID } from 'node:crypto'
import { ProblemError, problem } from '@rolecall/contract'
import jwt from 'jsonwebtoken'
import { z } from 'zod'
import type { Principal } from '../access/principal.ts'
import type { Clock } from '../clock.ts'
import { available } from '../database/unreachable.ts'
import type { Keys } from './keys.ts'

const lifetimeSeconds = 10 * 60
const maxLength = 4096
const maxRemembered = 10_000
const audience = 'rolecall'
const type = 'at+jwt'

const header = z.object({ alg: z.literal('ES256'), typ: z.literal(type), kid: z.string(), crit: z.never().optional() })
const claims = z.object({
  sub: z.string().startsWith('acc_'),
  sid: z.string().startsWith('ses_'),
  exp: z.int(),
})

type Verified = Principal & { readonly expiresAt: Date }

interface Checked {
  readonly kid: string
  readonly verified: Verified
}

export interface Tokens {
  issue(account: string, session: string): { readonly accessToken: string; readonly expiresAt: Date }
  /** Throws `unauthenticated` for whatever is not a token of ours that is valid now. */
  verify(token: string): Promise<Verified>
}

export function createTokens(keys: Pick<Keys, 'signing' | 'verifying' | 'learn'>, issuer: string, now: Clock): Tokens {
  // Verifying ES256 costs more than the rest of a small request. Known by their hash, so that memory holds no tokens.
  const remembered = new Map<string, Checked>()

  function remember(key: string, checked: Checked): void {
    const [oldest] = remembered.keys()
    if (remembered.size >= maxRemembered && oldest !== undefined) remembered.delete(oldest)
    remembered.set(key, checked)
  }

  async function check(token: string): Promise<Checked> {
    const { kid } = header.parse(jwt.decode(token, { complete: true })?.header)
    if (keys.verifying(kid) === undefined) await available(keys.learn())
    const key = keys.verifying(kid)
    if (key === undefined) throw new Error('unknown key')
    const payload = jwt.verify(token, key, {
      algorithms: ['ES256'],
      issuer,
      audience,
      clockTimestamp: Math.floor(now().getTime() / 1000),
    })
    const { sub, sid, exp } = claims.parse(payload)
    return { kid, verified: { kind: 'account', account: sub, session: sid, expiresAt: new Date(exp * 1000) } }
  }

  return {
    issue(account, session) {
      const { kid, privateKey } = keys.signing()
      const iat = Math.floor(now().getTime() / 1000)
      const exp = iat + lifetimeSeconds
      const accessToken = jwt.sign(
        { iss: issuer, aud: audience, sub: account, sid: session, iat, exp, jti: randomUUID() },
        privateKey,
        { algorithm: 'ES256', header: { alg: 'ES256', typ: type, kid } },
      )
      return { accessToken, expiresAt: new Date(exp * 1000) }
    },

    async verify(token) {
      if (token.length > maxLength) throw refused()
      const key = hash('sha256', token, 'base64')
      const known = remembered.get(key)
      if (known !== undefined) {
        const { kid, verified } = known
        if (verified.expiresAt > now() && keys.verifying(kid) !== undefined) return verified
        remembered.delete(key)
        throw refused()
      }
      let checked: Checked
      try {
        checked = await check(token)
      } catch (cause) {
        if (cause instanceof ProblemError) throw cause
        // Whatever is wrong with a token, its sender learns only that it is not accepted.
        throw refused(cause)
      }
      remember(key, checked)
      return checked.verified
    },
  }
}

const refused = (cause?: unknown): ProblemError =>
  Object.assign(problem('unauthenticated', { detail: 'The access token is not valid, or not any more.' }), { cause })
