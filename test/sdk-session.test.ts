import { expect } from 'chai'
import { aClient, aPerson } from './rig/client.ts'
import { failure } from './rig/failure.ts'
import { answers, aScriptedServer, refuses } from './rig/scripted-server.ts'
import { startServer } from './rig/server.ts'
import { aSession, aStore } from './rig/session-store.ts'

const isRefresh = (input: Parameters<typeof fetch>[0]) => new Request(input).url.endsWith('/sessions/refresh')

describe('the SDK’s session', () => {
  /** Counts refreshes on their way to a real server. */
  function counting() {
    const counted = { refreshes: 0 }
    const fetching: typeof fetch = (input, init) => {
      if (isRefresh(input)) counted.refreshes += 1
      return fetch(input, init)
    }
    return { counted, fetching }
  }

  it('is refreshed once for all who wait when the server’s clock has passed its end', async () => {
    let ahead = 0
    const server = await startServer({ now: () => new Date(Date.now() + ahead) })
    const { counted, fetching } = counting()
    const { rolecall, account } = await aPerson({ baseUrl: server.url, fetch: fetching })
    ahead = 11 * 60_000
    const answered = await Promise.all(Array.from({ length: 20 }, () => rolecall.accounts.read()))
    expect(answered.map(({ id }) => id)).to.deep.equal(Array.from({ length: 20 }, () => account.id))
    expect(counted.refreshes).to.equal(1)
    // The client has learnt how the server’s clock stands: its tokens are not taken for expired ones.
    await rolecall.accounts.read()
    expect(counted.refreshes).to.equal(1)
    await server.close()
  })

  it('is refreshed shortly before it ends', async () => {
    const soon = aSession({ expiresAt: new Date(Date.now() + 20_000).toISOString() })
    const renewed = aSession({ accessToken: 'token-2', refreshToken: 'refresh-2' })
    const { url, received } = await aScriptedServer(answers(200, { session: renewed }), answers(200, { data: [] }))
    const tokens = aStore(soon)
    await (await aClient({ baseUrl: url, tokens })).sessions.list()
    expect(received.map(({ path, body, headers }) => [path, body, headers.authorization])).to.deep.equal([
      ['/v1/sessions/refresh', { refreshToken: 'refresh-1' }, undefined],
      ['/v1/sessions', undefined, 'Bearer token-2'],
    ])
    expect(tokens.get()).to.deep.equal(renewed)
  })

  it('goes on with the present token when it cannot be refreshed yet', async () => {
    const soon = aSession({ expiresAt: new Date(Date.now() + 20_000).toISOString() })
    const { url, received } = await aScriptedServer(
      refuses('unavailable', { outcome: 'unknown' }),
      answers(200, { data: [] }),
    )
    await (await aClient({ baseUrl: url, tokens: aStore(soon) })).sessions.list()
    expect(received.at(-1)?.headers.authorization).to.equal('Bearer token-1')
  })

  it('is over when its refresh is refused', async () => {
    const { rolecall, email, password } = await aPerson()
    const elsewhere = await aClient()
    await elsewhere.sessions.create({ email, password })
    const reasons: string[] = []
    rolecall.onSignedOut((reason) => reasons.push(reason))
    await elsewhere.sessions.endAll()
    expect((await failure(rolecall.accounts.read())).code).to.equal('unauthenticated')
    expect((await failure(rolecall.accounts.read())).code).to.equal('unauthenticated')
    expect(reasons).to.deep.equal(['refused'])
  })

  it('ends with signing out', async () => {
    const tokens = aStore()
    const { rolecall } = await aPerson({ tokens })
    const { accessToken } = tokens.get() ?? aSession()
    const reasons: string[] = []
    rolecall.onSignedOut((reason) => reasons.push(reason))
    await rolecall.signOut()
    expect(tokens.get()).to.equal(undefined)
    expect(reasons).to.deep.equal(['signed_out'])
    const stale = await aClient({ tokens: aStore(aSession({ accessToken, refreshToken: 'rt_nothing' })) })
    expect((await failure(stale.accounts.read())).code).to.equal('unauthenticated')
  })

  it('takes over what another client has renewed in the same store, but not another session', async () => {
    const expired = aSession({ expiresAt: new Date(Date.now() - 1_000).toISOString() })
    const { url, received } = await aScriptedServer(answers(200, { data: [] }))
    const tokens = aStore(expired)
    const rolecall = await aClient({ baseUrl: url, tokens })
    const first = rolecall.sessions.list()
    tokens.set(aSession({ accessToken: 'token-2' }))
    await first
    expect(received.map(({ headers }) => headers.authorization)).to.deep.equal(['Bearer token-2'])

    const reasons: string[] = []
    const other = aStore(expired)
    const replaced = await aClient({ baseUrl: url, tokens: other })
    replaced.onSignedOut((reason) => reasons.push(reason))
    const second = replaced.sessions.list()
    const theirs = aSession({ id: 'ses_2', accessToken: 'token-3' })
    other.set(theirs)
    await second
    expect(reasons).to.deep.equal(['replaced'])
    await replaced.sessions.list()
    expect(received.slice(1).map(({ headers }) => headers.authorization)).to.deep.equal([undefined, undefined])
    expect(other.get()).to.equal(theirs)
  })

  it('is found again in a store that was kept', async () => {
    const tokens = aStore()
    const { account, rolecall } = await aPerson({ tokens })
    const later = await aClient({ tokens })
    expect(await later.restore()).to.deep.equal(account)
    await rolecall.signOut()
    expect(await (await aClient({ tokens })).restore()).to.equal(undefined)
  })
})

describe('the SDK’s session in a cookie', () => {
  /** What a browser does with the one cookie there is. */
  function aBrowser(origin: string) {
    const jar = { cookie: '' }
    const fetching: typeof fetch = async (input, init) => {
      const headers = new Headers(init?.headers)
      headers.set('origin', origin)
      if (jar.cookie !== '' && isRefresh(input)) headers.set('cookie', jar.cookie)
      const response = await fetch(input, { ...init, headers })
      for (const set of response.headers.getSetCookie())
        jar.cookie = /Max-Age=0/.test(set) ? '' : (set.split(';')[0] ?? '')
      return response
    }
    return { jar, fetching }
  }

  it('is found again after a reload, and not after signing out', async () => {
    const server = await startServer()
    const { jar, fetching } = aBrowser(server.url)
    const options = { baseUrl: server.url, fetch: fetching, cookie: true }
    const tokens = aStore()
    const { account } = await aPerson({ ...options, tokens })
    expect(tokens.get()?.refreshToken).to.equal(null)
    expect(jar.cookie).to.match(/^rolecall_refresh=rt_/)
    const reloaded = await aClient(options)
    expect(await reloaded.restore()).to.deep.equal(account)
    await reloaded.signOut()
    expect(jar.cookie).to.equal('')
    expect(await (await aClient(options)).restore()).to.equal(undefined)
    await server.close()
  })

  it('never turns one person’s page into another’s who signed in beside it', async () => {
    let ahead = 0
    const server = await startServer({ now: () => new Date(Date.now() + ahead) })
    const { fetching } = aBrowser(server.url)
    const options = { baseUrl: server.url, fetch: fetching, cookie: true }
    const first = await aPerson(options)
    const reasons: string[] = []
    first.rolecall.onSignedOut((reason) => reasons.push(reason))
    await aPerson(options)
    ahead = 11 * 60_000
    expect((await failure(first.rolecall.accounts.read())).code).to.equal('unauthenticated')
    expect(reasons).to.deep.equal(['replaced'])
    await server.close()
  })
})
