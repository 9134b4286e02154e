import { type Account, type ApiKey, type Organisation, operations, type Role, type Session } from '@rolecall/contract'
import { createSend } from './authorise.ts'
import { RolecallError } from './error.ts'
import { createKeySession } from './key-session.ts'
import { type AccountMessages, type Connection, createConnection } from './live/connection.ts'
import type { Unsubscribe } from './live/emitter.ts'
import type { Live, LiveOptions } from './live/live.ts'
import { createLives, type Lives } from './live/lives.ts'
import { createOrganisationsView, type OrganisationsView } from './live/organisations.ts'
import { request } from './request.ts'
import { createResources, type Resource, type Resources } from './resources.ts'
import { createMemoryStore, createSessionKeeper, type SignedOutReason, type TokenStore } from './session.ts'

export interface RolecallOptions {
  /** Where the server is: `https://rolecall.example.com`, in a page that it serves `location.origin`. */
  readonly baseUrl: string
  /** Act as this API key, instead of as somebody who signs in. It is for servers: no page can keep it. */
  readonly apiKey?: string
  readonly fetch?: typeof fetch
  /** Where to keep the tokens of a session: in memory unless given. */
  readonly tokens?: TokenStore
  /** In a page on the server’s own origin: keep the refresh token in a cookie that no script sees. */
  readonly cookie?: boolean
  /** For one attempt; 30 s unless given. */
  readonly timeoutMs?: number
  /** How often a call is repeated where that can do no harm; 5 unless given. */
  readonly retries?: number
}

/**
 * A client of one Rolecall server for one person at a time, whose it is once they sign up or in, or for an API key.
 * All methods of the API are here by feature, `rolecall.members.changeRole({ organisation, member, role })`; they
 * reject with `RolecallError`.
 */
export class Rolecall implements Resources {
  /** Where the server is, without a slash at the end. */
  readonly baseUrl: string
  declare readonly accounts: Resource<'accounts'>
  declare readonly sessions: Resource<'sessions'>
  declare readonly organisations: Resource<'organisations'>
  declare readonly members: Resource<'members'>
  declare readonly invitations: Resource<'invitations'>
  declare readonly roles: Resource<'roles'>
  declare readonly permissions: Resource<'permissions'>
  declare readonly events: Resource<'events'>
  declare readonly webhooks: Resource<'webhooks'>
  declare readonly applications: Resource<'applications'>
  declare readonly repositories: Resource<'repositories'>
  declare readonly tokens: Resource<'tokens'>
  declare readonly apiKeys: Resource<'apiKeys'>
  declare readonly billing: Resource<'billing'>
  declare readonly invoices: Resource<'invoices'>
  /** An organisation as it happens. One for each organisation: asking again gives the same until it has ended. */
  readonly live: (organisation: string, options?: LiveOptions) => Live
  /** The same over a connection of its own, for a part of a program that closes what it began and nothing besides. */
  readonly apart: () => Lives
  /** One’s own organisations, kept exact. Asking again gives the same until it is closed or one is signed out. */
  readonly liveOrganisations: () => OrganisationsView
  /** One’s role changed in any organisation. Listening keeps a connection open. */
  readonly onAccess: (listener: (access: AccountMessages['access']) => void) => Unsubscribe
  /** One’s access to any organisation ended. Listening keeps a connection open. */
  readonly onRevoked: (listener: (revoked: AccountMessages['revoked']) => void) => Unsubscribe
  /** The session is over: `signed_out` here or in another tab, `refused` by the server, or `replaced` by another. */
  readonly onSignedOut: (listener: (reason: SignedOutReason) => void) => Unsubscribe
  /**
   * Resolves once all that was committed when this was called has come over the live connection. Rejects without a
   * connection, and when it is lost meanwhile.
   */
  readonly confirm: () => Promise<void>
  /** Finds the session of before a reload, by the token store or the cookie. Answers who is signed in, if anybody. */
  readonly restore: () => Promise<Account | undefined>
  /** Ends the session here, in all tabs and on the server. Rejects if the server could not be told. */
  readonly signOut: () => Promise<void>
  /** Lets go of connection and timers, without signing out. */
  readonly close: () => void

  constructor(options: RolecallOptions) {
    const baseUrl = options.baseUrl.replace(/\/+$/, '')
    // Said here, not after all repetitions of the first call: no address that does not begin so can be reached.
    if (!/^https?:\/\/./i.test(baseUrl)) throw new TypeError(`baseUrl must begin with http:// or https://: ${baseUrl}`)
    this.baseUrl = baseUrl
    const cookie = options.cookie === true
    const transport = {
      baseUrl,
      // Called without a receiver: a browser’s fetch refuses any other than the window.
      fetch: options.fetch ?? ((...given) => fetch(...given)),
      timeoutMs: options.timeoutMs ?? 30_000,
      retries: options.retries ?? 5,
    } as const

    const { apiKey } = options
    const session =
      apiKey === undefined
        ? createSessionKeeper({
            store: options.tokens ?? createMemoryStore(),
            cookie,
            baseUrl,
            refresh: async (refreshToken) => {
              const given = refreshToken === undefined ? {} : { refreshToken }
              const { body } = await request(transport, operations.sessions.refresh, given, {}, async () => undefined)
              return (body as { session: Session }).session
            },
          })
        : createKeySession(apiKey)
    const send = createSend(transport, session, cookie)
    const resources = Object.assign(this, createResources(send))

    const connection = createConnection(baseUrl, session)
    const readOrganisation = async (organisation: string, signal: AbortSignal) => {
      const { body, seq } = await send(operations.organisations.read, { organisation }, { signal })
      return { organisation: body as Organisation, seq: seq ?? 0 }
    }
    const readRoles = async (organisation: string, signal: AbortSignal) => {
      const { body, seq } = await send(operations.roles.list, { organisation }, { signal })
      return { roles: (body as { data: readonly Role[] }).data, seq: seq ?? 0 }
    }
    const readApiKeys = async (organisation: string, signal: AbortSignal) => {
      const { body, seq } = await send(operations.apiKeys.list, { organisation }, { signal })
      return { keys: (body as { data: readonly ApiKey[] }).data, seq: seq ?? 0 }
    }
    let view: OrganisationsView | undefined
    session.on('ended', () => view?.close())

    const livesOver = (over: Connection) =>
      createLives(over, {
        listMembers: (id, signal) => resources.members.list({ organisation: id, limit: 200 }, { signal }),
        listInvitations: (id, signal) =>
          resources.invitations.list({ organisation: id, status: 'pending', limit: 200 }, { signal }),
        readOrganisation,
        readRoles,
        readApiKeys,
      })
    const own = livesOver(connection)
    const all = new Set([own])
    let isClosed = false
    this.live = own.live
    this.confirm = own.confirm
    this.apart = () => {
      const lives = livesOver(createConnection(baseUrl, session))
      if (isClosed) lives.close()
      else all.add(lives)
      return {
        ...lives,
        close() {
          all.delete(lives)
          lives.close()
        },
      }
    }
    this.liveOrganisations = () => {
      if (view === undefined || view.status === 'ended') {
        view = createOrganisationsView({
          connection,
          list: (signal) => resources.organisations.list({ limit: 200 }, { signal }),
          readOrganisation,
        })
      }
      return view
    }
    this.onAccess = (listener) => connection.on('access', listener)
    this.onRevoked = (listener) => connection.on('revoked', listener)
    this.onSignedOut = (listener) => session.on('ended', listener)

    this.restore = async () => ((await session.restore()) ? resources.accounts.read() : undefined)
    this.signOut = async () => {
      try {
        await resources.sessions.endCurrent()
      } catch (error) {
        // It was over already.
        if (!(error instanceof RolecallError) || error.code !== 'unauthenticated') throw error
      } finally {
        await session.end('signed_out')
      }
    }
    this.close = () => {
      isClosed = true
      view?.close()
      for (const lives of all) lives.close()
      session.close()
    }
  }
}
