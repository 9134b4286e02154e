import { operations } from '@rolecall/contract'
import { Rolecall, RolecallError, type Session } from '@rolecall/sdk'
import { expect } from 'chai'
import { aClient, aPerson } from './rig/client.ts'
import { unique } from './rig/people.ts'
import { answers, aScriptedServer, breaks, refuses } from './rig/scripted-server.ts'
import { startServer } from './rig/server.ts'

const organisation = {
  id: 'org_1',
  name: 'Acme',
  personal: false,
  owner: null,
  role: 'admin',
  createdAt: '2026-01-01T00:00:00Z',
}

const isRefresh = (input: Parameters<typeof fetch>[0]) => new Request(input).url.endsWith('/sessions/refresh')

/** A session as a store could hold it, so that a client is signed in without a server. */
const aSession = (change: Partial<Session> = {}): Session => ({
  id: 'ses_1',
  accessToken: 'token-1',
  refreshToken: 'refresh-1',
  expiresAt: new Date(Date.now() + 600_000).toISOString(),
  ...change,
})

function aStore(session?: Session) {
  let kept = session
  return {
    get: () => kept,
    set: (next: Session | undefined) => {
      kept = next
    },
  }
}

async function failure(act: PromiseLike<unknown>): Promise<RolecallError> {
  try {
    await act
  } catch (error) {
    expect(error).to.be.instanceOf(RolecallError)
    return error as RolecallError
  }
  throw new Error('It succeeded.')
}

describe('the SDK’s methods', () => {
  it('are those of the contract’s tables', async () => {
    const rolecall = await aClient()
    for (const [feature, table] of Object.entries(operations)) {
      expect(Object.keys(rolecall[feature as keyof typeof operations])).to.deep.equal(Object.keys(table))
    }
  })

  it('are refused to a baseUrl that is no address of a server', () => {
    for (const baseUrl of ['', '127.0.0.1:3000', 'localhost:3000', 'undefined', 'ws://127.0.0.1:3000', 'https://']) {
      expect(() => new Rolecall({ baseUrl }), baseUrl).to.throw(TypeError, 'baseUrl must begin with')
    }
    expect(new Rolecall({ baseUrl: 'HTTPS://people.example.com/sub//' }).baseUrl).to.equal(
      'HTTPS://people.example.com/sub',
    )
  })

  it('put what they are given into path, query and body', async () => {
    const { url, received } = await aScriptedServer(answers(200, { data: [] }))
    const rolecall = await aClient({ baseUrl: `${url}/`, tokens: aStore(aSession()) })
    await rolecall.members.changeRole({ organisation: 'org/1', member: 'mem_1', role: 'manager' })
    await rolecall.events.list({ organisation: 'org_1', type: 'member.added', limit: 3 })
    await rolecall.sessions.end({ session: 'ses_2' })
    expect(received.map(({ method, path, body }) => [method, path, body])).to.deep.equal([
      ['PATCH', '/v1/organisations/org%2F1/members/mem_1', { role: 'manager' }],
      ['GET', '/v1/organisations/org_1/events?type=member.added&limit=3', undefined],
      ['DELETE', '/v1/sessions/ses_2', undefined],
    ])
    expect(received[0]?.headers.authorization).to.equal('Bearer token-1')
  })

  it('refuse ids that would name another address', async () => {
    const rolecall = await aClient()
    for (const id of ['', '.', '..']) {
      let refusal: unknown
      await rolecall.organisations.delete({ organisation: id }).catch((error: unknown) => {
        refusal = error
      })
      expect(refusal).to.be.instanceOf(TypeError)
    }
  })

  it('serve from sign-up to a changed role', async () => {
    const { rolecall } = await aPerson()
    const friend = await aPerson()
    const { id } = await rolecall.organisations.create({ name: unique('Acme') })
    const added = await rolecall.members.add({ organisation: id, email: friend.email, role: 'developer' })
    const changed = await rolecall.members.changeRole({ organisation: id, member: added.id, role: 'manager' })
    expect(changed).to.deep.equal({ ...added, role: 'manager' })
    expect((await friend.rolecall.permissions.mine({ organisation: id })).permissions).to.include('member:manage')
    expect(await rolecall.members.remove({ organisation: id, member: added.id })).to.equal(undefined)
  })

  it('read lists by page and by item', async () => {
    const { rolecall } = await aPerson()
    const { id } = await rolecall.organisations.create({ name: unique('Acme') })
    for (const role of ['developer', 'manager', 'accounting', 'admin'] as const) {
      await rolecall.members.add({ organisation: id, email: (await aPerson()).email, role })
    }
    const list = rolecall.members.list({ organisation: id, limit: 2 })
    const first = await list
    expect(first.data).to.have.length(2)
    expect(first.seq).to.equal((await rolecall.members.list({ organisation: id })).seq)
    const roles: string[] = []
    for await (const member of list) roles.push(member.role)
    expect(roles).to.deep.equal(['admin', 'developer', 'manager', 'accounting', 'admin'])
    const pages: number[] = []
    for await (const page of rolecall.members.list({ organisation: id, limit: 2 }).pages()) pages.push(page.data.length)
    expect(pages).to.deep.equal([2, 2, 1])

    const ends: string[] = []
    const missing = rolecall.members.list({ organisation: 'org_none' })
    const caught = missing.finally(() => ends.push('over')).catch((error: RolecallError) => error.code)
    expect([await caught, await missing.catch(() => 'again'), ends]).to.deep.equal(['not_found', 'again', ['over']])
  })

  it('read a list as text of another media type, whole, or fail with what the server says', async () => {
    const { rolecall, account } = await aPerson()
    const { id } = await rolecall.organisations.create({ name: unique('Acme') })
    for (const role of ['developer', 'manager'] as const) {
      await rolecall.members.add({ organisation: id, email: (await aPerson()).email, role })
    }
    const text = await rolecall.members.list({ organisation: id, limit: 1, order: 'desc' }).as('text/csv')
    const lines = text.trimEnd().split('\r\n')
    expect(lines[0]).to.equal('id,account,name,email,role,status,since')
    expect(lines.slice(1).map((line) => line.split(',').at(-3))).to.deep.equal(['manager', 'developer', 'admin'])
    expect(lines[3]).to.include(account.id)
    const refused = await failure(rolecall.members.list({ organisation: 'org_none' }).as('text/csv'))
    expect([refused.code, refused.status]).to.deep.equal(['not_found', 404])
  })

  it('fail with what the server says', async () => {
    const { rolecall, account } = await aPerson()
    const { id } = await rolecall.organisations.create({ name: unique('Acme') })
    const [own] = (await rolecall.members.list({ organisation: id })).data
    const error = await failure(rolecall.members.remove({ organisation: id, member: own?.id ?? account.id }))
    expect([error.code, error.status]).to.deep.equal(['last_admin', 409])
    expect(error.requestId).to.match(/^[\w.:-]{8,}$/)
    const invalid = await failure(rolecall.organisations.create({ name: '' }))
    expect(invalid.code).to.equal('invalid_request')
    expect(invalid.errors.map(({ path }) => path)).to.deep.equal(['name'])
  })
})

describe('the SDK’s repetitions', () => {
  const signedIn = async (url: string) => aClient({ baseUrl: url, tokens: aStore(aSession()) })

  it('repeat a POST whose answer was lost, with the same idempotency key', async () => {
    const { url, received } = await aScriptedServer(breaks, breaks, answers(201, organisation))
    expect(await (await signedIn(url)).organisations.create({ name: 'Acme' })).to.deep.equal(organisation)
    const keys = received.map(({ headers }) => headers['idempotency-key'])
    expect(keys).to.have.length(3)
    expect(new Set(keys).size).to.equal(1)
    expect(keys[0]).to.match(/^[0-9a-f-]{36}$/)
  })

  it('E44 repeat a change of unknown outcome with the same key, and one’s own key goes first', async () => {
    const unknown = refuses('unavailable', { outcome: 'unknown' })
    const { url, received } = await aScriptedServer(unknown, answers(201, organisation))
    await (await signedIn(url)).organisations.create({ name: 'Acme' }, { idempotencyKey: 'mine' })
    expect(received.map(({ headers }) => headers['idempotency-key'])).to.deep.equal(['mine', 'mine'])
  })

  it('make a new key for each call', async () => {
    const { url, received } = await aScriptedServer(answers(201, organisation))
    const rolecall = await signedIn(url)
    await rolecall.organisations.create({ name: 'Acme' })
    await rolecall.organisations.create({ name: 'Acme' })
    expect(new Set(received.map(({ headers }) => headers['idempotency-key'])).size).to.equal(2)
  })

  it('never repeat a sign-up that may have been made', async () => {
    const someone = { name: 'Ada', email: 'ada@example.com', password: 'correct horse battery' }
    for (const act of [breaks, refuses('unavailable', { outcome: 'unknown' })]) {
      const { url, received } = await aScriptedServer(act)
      const error = await failure((await aClient({ baseUrl: url })).accounts.create(someone))
      expect(error.outcome).to.equal('unknown')
      expect(received).to.have.length(1)
    }
  })

  it('say of a read that failed nothing of what may have been done', async () => {
    for (const act of [breaks, answers(502, undefined)]) {
      const { url } = await aScriptedServer(act)
      const rolecall = await aClient({ baseUrl: url, tokens: aStore(aSession()), retries: 0 })
      const { code, outcome } = await failure(rolecall.accounts.read())
      expect([code, outcome]).to.deep.equal(['network', undefined])
    }
  })

  it('repeat a sign-in that was not made', async () => {
    const { url, received } = await aScriptedServer(
      refuses('unavailable'),
      answers(201, { account: {}, session: aSession() }),
    )
    await (await aClient({ baseUrl: url })).sessions.create({ email: 'ada@example.com', password: 'x' })
    expect(received).to.have.length(2)
  })

  it('take a removal as done when its answer was lost and nothing is there any more', async () => {
    const { url, received } = await aScriptedServer(breaks, refuses('not_found'))
    const rolecall = await signedIn(url)
    expect(await rolecall.organisations.delete({ organisation: 'org_1' })).to.equal(undefined)
    expect(received).to.have.length(2)
    expect((await failure(rolecall.organisations.delete({ organisation: 'org_1' }))).code).to.equal('not_found')
  })

  it('wait as long as the server asks, unless that is long', async () => {
    const soon = await aScriptedServer(refuses('rate_limited', {}, { 'retry-after': '0' }), answers(200, { data: [] }))
    await (await signedIn(soon.url)).sessions.list()
    expect(soon.received).to.have.length(2)
    const late = await aScriptedServer(refuses('rate_limited', {}, { 'retry-after': '60' }))
    const error = await failure((await signedIn(late.url)).sessions.list())
    expect([error.code, error.retryAfter]).to.deep.equal(['rate_limited', 60])
    expect(late.received).to.have.length(1)
  })

  it('end after as many as are allowed', async () => {
    const { url, received } = await aScriptedServer(breaks)
    const rolecall = await aClient({ baseUrl: url, tokens: aStore(aSession()), retries: 2 })
    const error = await failure(rolecall.accounts.read())
    expect([error.code, error.status, received.length]).to.deep.equal(['network', 0, 3])
  })

  it('call what somebody in between answers a failure of the network', async () => {
    const { url } = await aScriptedServer((response) => {
      response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad Gateway</h1>')
    })
    const rolecall = await aClient({ baseUrl: url, tokens: aStore(aSession()), retries: 0 })
    const error = await failure(rolecall.accounts.read())
    expect([error.code, error.status]).to.deep.equal(['network', 502])
  })

  it('end when the caller gives up, or time is up', async () => {
    const { url, received } = await aScriptedServer(() => undefined)
    const rolecall = await aClient({ baseUrl: url, tokens: aStore(aSession()), timeoutMs: 50, retries: 0 })
    expect((await failure(rolecall.accounts.read())).code).to.equal('network')
    const abort = new AbortController()
    const call = rolecall.accounts.read({}, { signal: abort.signal })
    abort.abort(new Error('given up'))
    let reason: unknown
    await call.catch((error: unknown) => {
      reason = error
    })
    expect(reason).to.have.property('message', 'given up')
    expect(received.length).to.be.at.most(2)
  })
})

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
