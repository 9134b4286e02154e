import { type Operation, operations, type Session } from '@rolecall/contract'
import { RolecallError } from './error.ts'
import { request, type Transport } from './request.ts'
import type { Reply, Send } from './resources.ts'
import type { SessionKeeper } from './session.ts'

const startsSession: ReadonlySet<Operation> = new Set([
  operations.accounts.create,
  operations.sessions.create,
  operations.sessions.refresh,
])
const endsSession: ReadonlySet<Operation> = new Set([
  operations.accounts.delete,
  operations.sessions.endCurrent,
  operations.sessions.endAll,
])

/** Sends operations as whoever is signed in, and keeps the session that they begin, renew or end. */
export function createSend(transport: Transport, session: SessionKeeper, cookie: boolean): Send {
  return async (operation, given, options) => {
    const asked = cookie && startsSession.has(operation) && operation !== operations.sessions.refresh
    const reply = await sendSignedIn(operation, asked ? { ...given, cookie } : given, options)
    if (startsSession.has(operation)) await session.adopt((reply.body as { session: Session }).session)
    if (endsSession.has(operation)) await session.end('signed_out')
    return reply
  }

  async function sendSignedIn(...[operation, given, options]: Parameters<Send>): Promise<Reply> {
    if (operation.needs === 'anyone') return request(transport, operation, given, options, async () => undefined)
    let token: string | undefined
    const authorize = async () => {
      token = await session.accessToken()
      return token
    }
    try {
      return await request(transport, operation, given, options, authorize)
    } catch (error) {
      if (!(error instanceof RolecallError) || error.code !== 'unauthenticated' || token === undefined) throw error
      // Refused before its time, so nothing was done: once more with a new one, if there is one to be had.
      if ((await session.accessToken(token)) === undefined) throw error
      return request(transport, operation, given, options, authorize)
    }
  }
}
