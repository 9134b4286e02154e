import { type Account, type ApiKey, type Organisation, operations, type Role, type Session } from '@rolecall/contract'
import { createSend } from './authorise.ts'
import { RolecallError } from './error.ts'
import { createKeySession } from './key-session.ts'
import { type AccountMessages, createConnection } from './live/connection.ts'
import type { Unsubscribe } from './live/emitter.ts'
import { createLive, type Live, type LiveOptions } from './live/live.ts'
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
  readonly accounts: Resource<'accounts'>
  readonly sessions: Resource<'sessions'>
  readonly organisations: Resource<'organisations'>
  readonly members: Resource<'members'>
  readonly invitations: Resource<'invitations'>
  readonly roles: Resource<'roles'>
  readonly permissions: Resource<'permissions'>
  readonly events: Resource<'events'>
  readonly webhooks: Resource<'webhooks'>
  readonly applications: Resource<'applications'>
  readonly repositories: Resource<'repositories'>
  readonly tokens: Resource<'tokens'>
  readonly apiKeys: Resource<'apiKeys'>
  readonly billing: Resource<'billing'>
  readonly invoices: Resource<'invoices'>
  /** An organisation as it happens. One for each organisation: asking again gives the same until it has ended. */
  readonly live: (organisation: string, options?: LiveOptions) => Live
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
    const resources = createResources(send)
    this.accounts = resources.accounts
    this.sessions = resources.sessions
    this.organisations = resources.organisations
    this.members = resources.members
    this.invitations = resources.invitations
    this.roles = resources.roles
    this.permissions = resources.permissions
    this.events = resources.events
    this.webhooks = resources.webhooks
    this.applications = resources.applications
    this.repositories = resources.repositories
    this.tokens = resources.tokens
    this.apiKeys = resources.apiKeys
    this.billing = resources.billing
    this.invoices = resources.invoices

    const connection = createConnection(baseUrl, session)
    const readOrganisation = async (organisation: string) => {
      const { body, seq } = await send(operations.organisations.read, { organisation }, {})
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
    const lives = new Map<string, Live>()
    let view: OrganisationsView | undefined
    session.on('ended', () => view?.close())

    this.live = (organisation, liveOptions) => {
      const present = lives.get(organisation)
      if (present !== undefined) {
        if (liveOptions?.cursor === undefined) return present
        throw new TypeError('Close the present subscription before going on from a cursor.')
      }
      const live = createLive(
        organisation,
        {
          connection,
          listMembers: (id, signal) => resources.members.list({ organisation: id, limit: 200 }, { signal }),
          listInvitations: (id, signal) =>
            resources.invitations.list({ organisation: id, status: 'pending', limit: 200 }, { signal }),
          readOrganisation,
          readRoles,
          readApiKeys,
          ended: () => lives.delete(organisation),
        },
        liveOptions,
      )
      lives.set(organisation, live)
      return live
    }
    this.liveOrganisations = () => {
      if (view === undefined || view.status === 'ended') {
        view = createOrganisationsView({
          connection,
          list: () => resources.organisations.list({ limit: 200 }),
          readOrganisation,
        })
      }
      return view
    }
    this.onAccess = (listener) => connection.on('access', listener)
    this.onRevoked = (listener) => connection.on('revoked', listener)
    this.confirm = connection.confirm
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
      for (const live of lives.values()) live.close()
      view?.close()
      connection.close()
      session.close()
    }
  }
}
