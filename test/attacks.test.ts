import { type Operation, operations } from '@rolecall/contract'
import { schemas } from '@rolecall/contract/schemas'
import { expect } from 'chai'
import { connectLive } from './rig/live.ts'
import { anOrganisation, apiOf, type Person, signUp } from './rig/people.ts'
import { type ServerProcess, startServerProcess } from './rig/process.ts'
import { loggedLines } from './rig/server-log.ts'

const everyOperation = Object.entries(operations).flatMap(([feature, table]) =>
  Object.entries<Operation>(table).map(([name, operation]) => ({ feature, name, operation })),
)

/** The names of the fields of an operation’s body. */
function fieldsOf(feature: string, name: string): readonly string[] {
  const found = (schemas as Record<string, Record<string, { body?: { shape: object } }>>)[feature]?.[name]
  return Object.keys(found?.body?.shape ?? {})
}

const operators: readonly unknown[] = [
  { $ne: null },
  { $gt: '' },
  { $regex: '.*' },
  { $where: '1' },
  { __proto__x: 1 },
  ['x'],
  { toString: 1 },
]
const meaningful = [
  '__proto__',
  'constructor',
  'prototype',
  'hasOwnProperty',
  'toString',
  '$where',
  '$ne',
  '{"$gt":""}',
]

describe('operators and names with a meaning', () => {
  it('E46 are no value of any field of any body', async () => {
    const { id, admin, add } = await anOrganisation()
    const { member } = await add('developer')
    const stranger = await signUp()
    // All else in the request is right: what lets an operator through would do something.
    const right = new Map<string, unknown>([
      ['email', stranger.email],
      ['name', 'Right'],
      ['password', admin.password],
      ['newPassword', admin.password],
      ['role', 'developer'],
    ])
    for (const { feature, name, operation } of everyOperation) {
      const path = operation.path.replace('{organisation}', id).replace('{member}', member)
      const fields = fieldsOf(feature, name)
      for (const field of fields) {
        for (const value of operators) {
          const body = Object.fromEntries(fields.map((one) => [one, one === field ? value : right.get(one)]))
          const { status, text } = await admin.api(operation.method, path, body)
          expect(status, `${feature}.${name} ${field} ${JSON.stringify(value)} ${text}`).to.equal(400)
        }
      }
    }
  })

  it('E46 are no parameter of any query', async () => {
    const { id, admin } = await anOrganisation()
    for (const { operation } of everyOperation) {
      if (operation.method !== 'GET') continue
      const path = operation.path.replace('{organisation}', id).replace('{member}', 'mem_none')
      for (const name of [...meaningful, ...(operation.query ?? []).flatMap((one) => [`${one}[$ne]`, `${one}[]`])]) {
        const { status, text } = await admin.api('GET', `${path}?${encodeURIComponent(name)}=1`)
        expect(status, `${path} ${name} ${text}`).to.equal(400)
      }
    }
  })

  it('E46 are no id in any path', async () => {
    const { id, admin } = await anOrganisation()
    for (const { operation } of everyOperation) {
      if (!operation.path.includes('{')) continue
      for (const name of meaningful) {
        const path = operation.path
          .replace(/\{(organisation)\}(?=.*\{)/, id)
          .replace(/\{\w+\}/g, encodeURIComponent(name))
        const { status } = await admin.api(operation.method, path, operation.method === 'GET' ? undefined : {})
        expect(status, `${operation.method} ${path}`).to.be.oneOf([400, 404])
      }
    }
    expect((await admin.api('GET', `/organisations/${id}`)).status).to.equal(200)
  })

  it('E46 are nothing over a socket either', async () => {
    const { id, admin } = await anOrganisation()
    const live = await connectLive(admin)
    for (const name of ['subscribe', 'unsubscribe', 'authenticate'] as const) {
      for (const value of operators) {
        for (const field of ['organisation', 'cursor', 'token']) {
          const answer = await live.socket.emitWithAck(name, { organisation: id, [field]: value })
          expect(answer, `${name} ${field} ${JSON.stringify(value)}`).to.have.nested.property(
            'problem.code',
            'invalid_request',
          )
        }
      }
    }
    for (const organisation of meaningful) {
      const answer = await live.socket.emitWithAck('subscribe', { organisation })
      expect(answer, organisation).to.have.nested.property('problem.code', 'not_found')
    }
    const polluting = JSON.parse(`{"organisation": "${id}", "__proto__": {"cursor": "x"}}`)
    const answer = await live.socket.emitWithAck('subscribe', polluting)
    expect(answer).to.have.nested.property('problem.code', 'invalid_request')
    expect(Reflect.get({}, 'cursor')).to.equal(undefined)
    expect(await live.subscribe(id)).to.have.property('role', 'admin')
  })

  it('E46 open no connection in place of a token', async () => {
    const person = await signUp()
    for (const token of [{ $ne: '' }, ['x'], true, 0, { toString: 'x' }]) {
      const refusal = await connectLive(person, { token: token as never }).then(
        () => 'connected',
        (reason: unknown) => reason,
      )
      expect(refusal, JSON.stringify(token)).to.have.nested.property('problem.code', 'unauthenticated')
    }
  })
})

/** What a request costs the server, in milliseconds of its processor’s time, as it counts itself. */
async function costOf(server: ServerProcess, request: () => Promise<unknown>): Promise<number> {
  const times = 10
  const spent = async () => {
    const metrics = await (await fetch(`${server.url}/metrics`)).text()
    return Number(/^process_cpu_seconds_total (\S+)$/m.exec(metrics)?.[1]) * 1_000
  }
  await request()
  const before = await spent()
  for (let count = 0; count < times; count += 1) await request()
  return ((await spent()) - before) / times
}

describe('inputs that are made to be slow', () => {
  // A process of its own: where it is blocked, we are not, and can say so.
  let server: ServerProcess
  before(async () => {
    server = await startServerProcess()
  })
  // Not asked to stop: a process that is blocked would not hear it.
  after(() => server.kill())

  const long = (text: string) => text.repeat(Math.floor(60_000 / text.length))
  const texts: Readonly<Record<string, string>> = {
    'letters before a missing at sign': long('a'),
    'many at signs': long('a@'),
    'an address with a long tail': `a@${long('b')}!@`,
    'spaces around nothing': `${long(' ')}x`,
    'an address and spaces': `a@b${long(' ')}x`,
    'marks on one letter': `a${long('\u0301')}`,
    'ligatures that unfold': long('\ufdfa'),
    'letters that look alike': long('е'),
    'direction controls': long('\u202e'),
    'joined signs': long('👩‍👩‍👧'),
  }

  it('E47 cost no more than harmless ones of the same size', async () => {
    const send = (value: string) =>
      apiOf(server.url)('POST', '/accounts', { email: value, name: value, password: 'correct horse battery' })
    const harmless = await costOf(server, () => send('ordinary words '.repeat(4_000)))
    // As long as a request may be, and as long as an address may be.
    const all = Object.entries(texts).flatMap(([what, value]) => [
      [what, value] as const,
      [`${what}, cut`, value.slice(0, 127) + value.slice(-127)] as const,
    ])
    for (const [what, value] of all) {
      expect(value.length).to.be.at.most(65_536)
      // As JSON some are larger than a body may be: then that is what they are told.
      expect((await send(value)).status, what).to.be.oneOf([400, 413])
      expect(await costOf(server, () => send(value)), what).to.be.below(10 * harmless + 20)
    }
  })

  it('E47 are refused in every place of a request, and others are answered meanwhile', async () => {
    const { id, admin } = await anOrganisation({ url: server.url })
    const { url, session } = admin
    const authorization = `Bearer ${session.accessToken}`
    const post = (body: string, headers: Record<string, string> = {}) =>
      fetch(`${url}/v1/organisations`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json', ...headers },
        body,
      })
    const get = (path: string, headers: Record<string, string> = {}) =>
      fetch(`${url}/v1${path}`, { headers: { authorization, ...headers } })
    const attacks: Readonly<Record<string, () => Promise<Response>>> = {
      'objects 10,000 deep': () => post(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`),
      'lists 30,000 deep': () => post(`${'['.repeat(30_000)}${']'.repeat(30_000)}`),
      'a list of empty objects': () => post(`[${'{},'.repeat(20_000)}{}]`),
      '8,000 unknown fields': () =>
        post(JSON.stringify(Object.fromEntries(Array.from({ length: 6_000 }, (_, index) => [`f${index}`, 1])))),
      'one field 8,000 times': () => post(`{${'"name":1,'.repeat(7_000)}"name":2}`),
      'a number of 60,000 digits': () => post(`{"name": ${'9'.repeat(60_000)}}`),
      '50,000 form fields': () => post('a=1&'.repeat(50_000), { 'content-type': 'application/x-www-form-urlencoded' }),
      'a type with a thousand parameters': () => post('{}', { 'content-type': `text/x${';a=b'.repeat(1_000)}` }),
      'limit=1e9': () => get('/organisations?limit=1e9'),
      'a thousand parameters': () => get(`/organisations?${'a=1&'.repeat(1_000)}b=1`),
      'a cursor that is long': () => get(`/organisations/${id}/events?after=${'A'.repeat(8_000)}`),
      'a path that is long': () => get(`/organisations/${'%2e'.repeat(2_000)}`),
      'a token of dots': () => get('/account', { authorization: `Bearer ${'.'.repeat(8_000)}` }),
      'a token of spaces': () => get('/account', { authorization: `Bearer ${' '.repeat(8_000)}x` }),
      'cookies without end': () => get('/account', { cookie: 'a=;'.repeat(2_500), authorization: 'x' }),
    }
    for (const [what, attack] of Object.entries(attacks)) {
      const attacking = Promise.all(Array.from({ length: 5 }, attack))
      const healthy = await Promise.all(Array.from({ length: 5 }, () => fetch(`${url}/healthz`)))
      expect(healthy.map(({ status }) => status)).to.deep.equal([200, 200, 200, 200, 200])
      for (const answer of await attacking) {
        expect(answer.status, what).to.be.oneOf([400, 401, 404, 413, 415])
        expect(answer.headers.get('content-type'), what).to.equal('application/problem+json')
      }
    }
  })
})

describe('a whole day of secrets', () => {
  it('E48 leaves none of them in the log, and each line is one', async () => {
    const secrets: string[] = []
    const keep = ({ session, password }: Pick<Person, 'session' | 'password'>) =>
      secrets.push(session.accessToken, session.refreshToken ?? '', password)
    const person = await signUp({ password: 'never-to-be-logged-1' })
    const { email, url } = person
    keep(person)
    const open = apiOf(url)
    const newPassword = 'never-to-be-logged-2'
    await person.api('POST', '/account/password', { password: person.password, newPassword })
    secrets.push(newPassword, 'a-wrong-secret', 'secret-key')
    await open('POST', '/sessions', { email, password: 'a-wrong-secret' })
    const signedIn = await open('POST', '/sessions', { email, password: newPassword })
    keep({ session: signedIn.body.session, password: newPassword })
    const { refreshToken } = signedIn.body.session
    const refreshed = await open('POST', '/sessions/refresh', { refreshToken })
    keep({ session: refreshed.body.session, password: newPassword })
    await open('POST', '/sessions/refresh', { refreshToken })
    const { accessToken } = refreshed.body.session
    // Where they do not belong.
    await open('GET', `/account?password=${newPassword}&token=${accessToken}`)
    await open('POST', '/sessions', { email, password: newPassword, extra: accessToken })
    await open('POST', '/sessions', { email: newPassword, password: { text: newPassword } })
    await open('GET', '/account', undefined, {
      Authorization: `Basic ${accessToken}`,
      Referer: `http://x/${accessToken}`,
      'User-Agent': `agent ${accessToken}`,
      'Idempotency-Key': 'secret-key',
      Cookie: `rolecall_refresh=${refreshToken}`,
    })
    await fetch(`${url}/v1/sessions`, {
      method: 'POST',
      body: `{"email": "${email}", "password": "${newPassword}"`,
      headers: { 'content-type': 'application/json' },
    })
    // And over sockets.
    const live = await connectLive({ url, session: refreshed.body.session })
    await live.subscribe(person.organisation.id)
    await live.socket.emitWithAck('authenticate', { token: `${accessToken}x` })
    await live.socket.emitWithAck('subscribe', { organisation: accessToken.slice(0, 60), cursor: accessToken })
    await connectLive(person, { token: `${accessToken}x` }).catch(() => undefined)
    await apiOf(url, accessToken)('DELETE', '/account', { password: 'a-wrong-secret' })
    await apiOf(url, accessToken)('DELETE', '/account', { password: newPassword })
    const lines = loggedLines()
    const own = lines.filter((line) => line.includes(`"account":"${person.account.id}"`))
    expect(own.length).to.be.above(2)
    for (const line of lines) {
      expect(line.trimEnd()).not.to.match(/\p{Cc}/u)
      for (const secret of secrets.filter((one) => one !== '')) expect(line).not.to.contain(secret)
      // Nor the parts of a token that are its own.
      for (const part of secrets.flatMap((one) => one.split('.').slice(1)).filter((one) => one.length > 16)) {
        expect(line).not.to.contain(part.slice(0, 40))
      }
    }
  })

  it('E48 has names that are coloured or broken over lines refused, in whatever way they come', async () => {
    const person = await signUp()
    for (const name of [
      '\u001b[31mred',
      'two\nlines',
      'a\u0000b',
      'a\u007fb',
      'a\u0085b',
      'a\u2028b',
      'a\u202eb',
      '\u009b31m',
    ]) {
      const answers = await Promise.all([
        apiOf(person.url)('POST', '/accounts', { name, email: 'x@example.com', password: 'correct horse battery' }),
        person.api('PATCH', '/account', { name }),
        person.api('POST', '/organisations', { name }),
        person.api('PATCH', `/organisations/${person.organisation.id}`, { name }),
      ])
      expect(
        answers.map(({ status }) => status),
        JSON.stringify(name),
      ).to.deep.equal([400, 400, 400, 400])
    }
  })
})
