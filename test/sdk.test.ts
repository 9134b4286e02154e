import { operations } from '@rolecall/contract'
import { Rolecall, type RolecallError } from '@rolecall/sdk'
import { expect } from 'chai'
import { aClient, aPerson } from './rig/client.ts'
import { failure } from './rig/failure.ts'
import { unique } from './rig/people.ts'
import { answers, aScriptedServer, breaks, refuses } from './rig/scripted-server.ts'
import { aSession, aStore } from './rig/session-store.ts'

const organisation = {
  id: 'org_1',
  name: 'Acme',
  personal: false,
  owner: null,
  role: 'admin',
  createdAt: '2026-01-01T00:00:00Z',
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
    const asked = await signedIn((await aScriptedServer(breaks, refuses('not_found'))).url)
    const preview = asked.organisations.delete({ organisation: 'org_1', dryRun: true })
    expect((await failure(preview)).code, 'which a preview has not done').to.equal('not_found')
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

  it('call nothing where there is an answer a failure of the network, after which a change may be made', async () => {
    const { url } = await aScriptedServer((response) => response.writeHead(204).end())
    const rolecall = await aClient({ baseUrl: url, tokens: aStore(aSession()), retries: 0 })
    const told = async (call: PromiseLike<unknown>) => {
      const { code, status, outcome } = await failure(call)
      return [code, status, outcome]
    }
    expect(await told(rolecall.accounts.read())).to.deep.equal(['network', 204, undefined])
    expect(await told(rolecall.organisations.list())).to.deep.equal(['network', 204, undefined])
    expect(await told(rolecall.invoices.pdf({ organisation: 'org_1', invoice: 'inv_1' }))).to.deep.equal([
      'network',
      204,
      undefined,
    ])
    expect(await told(rolecall.organisations.create({ name: 'Acme' }))).to.deep.equal(['network', 204, 'unknown'])
    const member = { organisation: 'org_1', member: 'mem_1' }
    expect(await told(rolecall.members.remove({ ...member, dryRun: true }))).to.deep.equal(['network', 204, 'unknown'])
    expect(await rolecall.members.remove(member)).to.equal(undefined)
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
