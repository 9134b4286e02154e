import { type ProblemError, problem } from '@rolecall/contract'
import { endOf, isAccepted } from '../access/key-access.ts'
import { keyEnded, keyPaused } from '../access/me.ts'
import type { Caller, KeyPrincipal } from '../access/principal.ts'
import type { SessionTable } from '../access/session-table.ts'
import type { Holding, Table } from '../access/table.ts'
import type { AuthenticateKey } from '../api-keys/authenticate.ts'
import type { LastUsed } from '../api-keys/last-used.ts'
import { isMeant } from '../api-keys/secret.ts'
import type { Clock } from '../clock.ts'
import type { Tokens } from '../sessions/tokens.ts'

export interface Admitted {
  readonly principal: Caller
  /** When the token is accepted no longer; undefined for an API key that does not expire. */
  readonly expiresAt: Date | undefined
  /** Of an API key: what it may do, to be released with its socket. */
  readonly holding: Holding | undefined
}

/** Who connects, with an access token or an API key. Throws `unauthenticated`. */
export type Admission = (token: unknown) => Promise<Admitted>

export function createAdmission({
  tokens,
  sessions,
  table,
  authenticateKey,
  lastUsed,
  now,
}: {
  readonly tokens: Pick<Tokens, 'verify'>
  readonly sessions: SessionTable
  readonly table: Pick<Table, 'hold'>
  readonly authenticateKey: AuthenticateKey
  readonly lastUsed: Pick<LastUsed, 'note'>
  readonly now: Clock
}): Admission {
  async function admitKey(principal: KeyPrincipal): Promise<Admitted> {
    const holding = await table.hold(principal.account, principal.organisation)
    const times = holding.current()?.times
    if (times === undefined || !isAccepted(times, principal.generation, now())) {
      const refused = refusalOf(holding)
      holding.release()
      throw refused
    }
    lastUsed.note(principal.account)
    return { principal, expiresAt: endOf(times, principal.generation), holding }
  }

  function refusalOf(holding: Holding): ProblemError {
    // The table was reset meanwhile and says nothing of the key: whoever comes again is told.
    if (!holding.isFollowed()) return problem('unavailable')
    return holding.isPaused() ? keyPaused() : keyEnded()
  }

  return async (token) => {
    if (typeof token !== 'string') throw problem('unauthenticated')
    if (isMeant(token)) return admitKey(await authenticateKey(token))
    const { expiresAt, ...principal } = await tokens.verify(token)
    if (!(await sessions.isOpen(principal))) {
      throw problem('unauthenticated', { detail: 'This session has ended.' })
    }
    return { principal, expiresAt, holding: undefined }
  }
}
