import { connect } from 'node:net'
import { problems } from '@rolecall/contract'
import { expect } from 'chai'
import { type Answer, anOrganisation, apiOf, defaultPassword, type Person, signUp, unique } from './rig/people.ts'
import { sharedServer, startServer } from './rig/server.ts'
import { loggedLines } from './rig/server-log.ts'

const told = ({ status, body }: Answer) => [status, body?.code]
const invalid = [400, 'invalid_request']

/** A request as one writes it by hand, for what no client library would send. */
async function raw(url: string, text: string): Promise<string> {
  const { port, hostname } = new URL(url)
  const socket = connect(Number(port), hostname).setEncoding('utf8')
  socket.write(text)
  let answer = ''
  for await (const part of socket) answer += part
  return answer
}

describe('a failing answer', () => {
  it('is a problem of RFC 9457, with a stable code', async () => {
    const { url } = await sharedServer()
    const { status, headers, body } = await apiOf(url)('GET', '/nothing-here')
    expect(headers.get('content-type')).to.equal('application/problem+json')
    expect(body).to.deep.equal({
      type: 'urn:rolecall:problem:not_found',
      code: 'not_found',
      status,
      title: problems.not_found.title,
    })
    expect(status).to.equal(404)
  })

  it('E10 is byte for byte the same for what does not exist and for what never could', async () => {
    const person = await signUp()
    const { id } = await anOrganisation()
    const paths = [`/organisations/${id}`, '/organisations/org_01', `/organisations/${'x'.repeat(500)}`, '/nothing']
    const texts = await Promise.all(paths.map(async (path) => (await person.api('GET', path)).text))
    expect(new Set(texts).size).to.equal(1)
  })

  it('says which methods are possible', async () => {
    const { url } = await sharedServer()
    const api = apiOf(url)
    const put = await api('PUT', '/sessions')
    expect(told(put)).to.deep.equal([405, 'method_not_allowed'])
    expect(put.headers.get('allow')).to.equal('POST, GET, DELETE, HEAD, OPTIONS')
    const current = await api('GET', '/sessions/current')
    expect([current.status, current.headers.get('allow')]).to.deep.equal([405, 'DELETE, OPTIONS'])
    const options = await api('OPTIONS', '/sessions')
    expect([options.status, options.text]).to.deep.equal([204, ''])
  })

  it('asks for a bearer token where one is needed, and takes none from the address', async () => {
    const { url, session } = await signUp()
    for (const path of ['/account', `/account?access_token=${session.accessToken}`]) {
      const answer = await apiOf(url)('GET', path)
      expect([...told(answer), answer.headers.get('www-authenticate')]).to.deep.equal([
        401,
        'unauthenticated',
        'Bearer',
      ])
    }
    for (const authorization of ['Basic YTpi', 'Bearer', 'Bearer a b', `bearer: ${session.accessToken}`]) {
      expect(told(await apiOf(url)('GET', '/account', undefined, { authorization }))).to.deep.equal([
        401,
        'unauthenticated',
      ])
    }
  })

  it('comes for what is not even HTTP', async () => {
    const { url } = await sharedServer()
    const answer = await raw(url, 'GET / HTTP/1.1\r\nHost: x\r\nBroken header\r\n\r\n')
    expect(answer).to.match(/^HTTP\/1\.1 400 /)
    expect(answer).to.contain('application/problem+json')
    expect(answer).to.contain('"code":"invalid_request"')
  })
})

describe('an answer', () => {
  it('is not to be stored, and says nothing of what made it', async () => {
    const { headers } = await (await signUp()).api('GET', '/account')
    expect(headers.get('cache-control')).to.equal('no-store')
    expect(headers.get('x-powered-by')).to.equal(null)
    expect(headers.get('etag')).to.equal(null)
    expect(headers.get('x-content-type-options')).to.equal('nosniff')
  })

  it('has no body for HEAD, and the same headers', async () => {
    const { api } = await signUp()
    const [get, head] = [await api('GET', '/account'), await api('HEAD', '/account')]
    expect([head.status, head.text]).to.deep.equal([200, ''])
    expect(head.headers.get('content-length')).to.equal(get.headers.get('content-length'))
  })

  it('names the request as its sender did, if that is a plain name', async () => {
    const { api } = await signUp()
    const id = async (given: string) =>
      (await api('GET', '/account', undefined, { 'X-Request-Id': given })).headers.get('x-request-id')
    expect(await id('from-the-proxy.1')).to.equal('from-the-proxy.1')
    expect(await id('<script>alert(1)</script>')).to.match(/^[\da-f-]{36}$/)
    expect(await id('x'.repeat(65))).to.match(/^[\da-f-]{36}$/)
  })
})

describe('an Idempotency-Key', () => {
  const create = (person: Person, name: string, key: string) =>
    person.api('POST', '/organisations', { name }, { 'Idempotency-Key': key })

  it('E44 lets a request be repeated, which is done once', async () => {
    const person = await signUp()
    const name = unique('Once')
    const first = await create(person, name, 'key-1')
    const second = await create(person, name, 'key-1')
    expect([first.status, first.headers.get('idempotency-replayed')]).to.deep.equal([201, null])
    expect([second.status, second.headers.get('idempotency-replayed')]).to.deep.equal([201, 'true'])
    expect(second.body).to.deep.equal(first.body)
    expect(second.headers.get('rolecall-seq')).to.equal(first.headers.get('rolecall-seq'))
  })

  it('E44 makes concurrent repetitions wait for the one that is done', async () => {
    const person = await signUp()
    const name = unique('Together')
    const answers = await Promise.all(Array.from({ length: 10 }, () => create(person, name, 'key-1')))
    expect(answers.map(({ status }) => status)).to.deep.equal(Array.from({ length: 10 }, () => 201))
    expect(new Set(answers.map(({ body }) => body.id)).size).to.equal(1)
  })

  it('E44 is refused for another body, and is another one for another person, route or organisation', async () => {
    const { id, admin, add } = await anOrganisation()
    const other = await anOrganisation()
    const developer = await add('developer')
    await create(admin, unique('First'), 'key-1')
    expect(told(await create(admin, unique('Second'), 'key-1'))).to.deep.equal([409, 'idempotency_key_reused'])
    expect((await create(developer, unique('Third'), 'key-1')).status).to.equal(201)
    const body = { email: other.admin.email, role: 'developer' }
    const added = await admin.api('POST', `/organisations/${id}/members`, body, { 'Idempotency-Key': 'key-1' })
    expect([added.status, added.headers.get('idempotency-replayed')]).to.deep.equal([201, null])
  })

  it('E44 brings nothing back to someone whose session has ended or who has lost access', async () => {
    const { id, admin, add } = await anOrganisation()
    const manager = await add('manager')
    const newcomer = await signUp()
    const invite = () =>
      manager.api(
        'POST',
        `/organisations/${id}/members`,
        { email: newcomer.email, role: 'developer' },
        { 'Idempotency-Key': 'key-1' },
      )
    expect((await invite()).status).to.equal(201)
    await admin.api('DELETE', `/organisations/${id}/members/${manager.member}`)
    expect(told(await invite())).to.deep.equal([404, 'not_found'])

    const name = unique('Ended')
    await create(newcomer, name, 'key-1')
    await newcomer.api('DELETE', '/sessions/current')
    expect(told(await create(newcomer, name, 'key-1'))).to.deep.equal([401, 'unauthenticated'])
  })

  it('E44 answers a repeated change of password, though the old one is not right any more', async () => {
    const person = await signUp()
    const change = () =>
      person.api(
        'POST',
        '/account/password',
        { password: person.password, newPassword: 'another good one' },
        { 'Idempotency-Key': 'change' },
      )
    expect((await change()).status).to.equal(204)
    const again = await change()
    expect([again.status, again.headers.get('idempotency-replayed')]).to.deep.equal([204, 'true'])
  })

  it('has to be plain and short', async () => {
    const person = await signUp()
    for (const key of ['two words', 'x'.repeat(256)]) {
      expect(told(await create(person, unique('Key'), key))).to.deep.equal(invalid)
    }
  })
})

describe('the refresh cookie', () => {
  const signIn = (person: Person, headers: Record<string, string>) =>
    apiOf(person.url)('POST', '/sessions', { email: person.email, password: defaultPassword, cookie: true }, headers)

  it('is for pages of our own origin, out of reach of scripts and of other sites', async () => {
    const person = await signUp()
    const { status, body, headers } = await signIn(person, { Origin: person.url })
    expect([status, body.session.refreshToken]).to.deep.equal([201, null])
    const [pair = '', ...attributes] = (headers.get('set-cookie') ?? '').split('; ')
    expect(pair).to.match(/^rolecall_refresh=./)
    expect(attributes).to.include.members(['Path=/v1/sessions/refresh', 'HttpOnly', 'SameSite=Strict'])
    expect(attributes).not.to.include('Secure')

    const refresh = (more: Record<string, string>) =>
      apiOf(person.url)('POST', '/sessions/refresh', undefined, { Cookie: pair, ...more })
    expect(told(await refresh({ Origin: 'https://elsewhere.example' }))[0]).to.be.oneOf([400, 401])
    expect(told(await refresh({}))[0]).to.be.oneOf([400, 401])
    const refreshed = await refresh({ Origin: person.url })
    expect([refreshed.status, refreshed.body.session.refreshToken]).to.deep.equal([200, null])
    expect(refreshed.headers.get('set-cookie')).to.match(/^rolecall_refresh=./)
  })

  it('is refused to other origins before anything is done, whatever Host says', async () => {
    const person = await signUp()
    for (const headers of [{}, { Origin: 'https://elsewhere.example' }, { Origin: 'null' }]) {
      expect(told(await signIn(person, headers))).to.deep.equal([403, 'origin_not_allowed'])
    }
    const { port } = new URL(person.url)
    const body = JSON.stringify({ email: person.email, password: defaultPassword, cookie: true })
    const answer = await raw(
      person.url,
      `POST /v1/sessions HTTP/1.1\r\nHost: evil.example:${port}\r\nOrigin: http://evil.example:${port}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    expect(answer).to.contain('origin_not_allowed')
    expect((await person.api('GET', '/sessions')).body.data).to.have.lengthOf(1)
  })
})

describe('pages of other origins', () => {
  it('may call the API where CORS_ORIGINS names them, without cookies; no others', async () => {
    const server = await startServer({ env: { CORS_ORIGINS: 'https://app.example, https://two.example' } })
    const preflight = (origin: string) =>
      apiOf(server.url)('OPTIONS', '/organisations', undefined, {
        Origin: origin,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'authorization,idempotency-key',
      })
    const allowed = await preflight('https://two.example')
    expect(allowed.status).to.equal(204)
    expect(allowed.headers.get('access-control-allow-origin')).to.equal('https://two.example')
    expect(allowed.headers.get('access-control-allow-headers')).to.contain('Idempotency-Key')
    expect(allowed.headers.get('access-control-allow-credentials')).to.equal(null)
    expect((await preflight('https://elsewhere.example')).headers.get('access-control-allow-origin')).to.equal(null)
    const answer = await apiOf(server.url)('GET', '/permissions', undefined, { Origin: 'https://app.example' })
    expect(answer.headers.get('access-control-expose-headers')).to.equal(
      'Rolecall-Seq,Rolecall-Fenced,Idempotency-Replayed,X-Request-Id,Retry-After,RateLimit,RateLimit-Policy',
    )
    await server.close()
  })
})

describe('the log of the server', () => {
  it('E48 has one line for a request, without secrets and without control characters', async () => {
    const person = await signUp({ password: 'a very secret passphrase' })
    await person.api(
      'GET',
      `/organisations/${encodeURIComponent('\u001b[31mred\n{"level":"error"}')}?after=s3cretcursor`,
    )
    for (const header of [
      'User-Agent: \u001b[2J',
      'X-Request-Id: \u001b[2J\u0000',
      'Cookie: rolecall_refresh=s3cret',
    ]) {
      await raw(person.url, `GET /v1/account HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${header}\r\n\r\n`)
    }
    const text = loggedLines().join('')
    expect(text).to.contain('"path":"/v1/organisations/%1B%5B31mred')
    for (const secret of [
      'a very secret passphrase',
      's3cret',
      person.session.accessToken,
      person.session.refreshToken ?? '',
      '\u001b',
    ]) {
      expect(text).not.to.contain(secret)
    }
    for (const line of loggedLines()) expect(line.trimEnd()).not.to.contain('\n')
  })
})
