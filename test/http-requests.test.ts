import { expect } from 'chai'
import { type Answer, apiOf, type Person, signUp } from './rig/people.ts'

const told = ({ status, body }: Answer) => [status, body?.code]
const invalid = [400, 'invalid_request']

/** Sends a body that is not necessarily JSON. */
async function send(
  person: Person,
  body: string | Uint8Array<ArrayBuffer>,
  type = 'application/json',
): Promise<Answer> {
  const response = await fetch(`${person.url}/v1/organisations`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${person.session.accessToken}`, 'Content-Type': type },
    body,
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, body: JSON.parse(text) }
}

describe('a body', () => {
  let person: Person
  before(async () => {
    person = await signUp()
  })

  it('has to be JSON, by its type and by its text', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=utf-16']) {
      expect(told(await send(person, '{"name":"x"}', type))).to.deep.equal([415, 'unsupported_media_type'])
    }
    const broken = await send(person, '{"name": "Acme",, "x": 1}')
    expect(told(broken)).to.deep.equal(invalid)
    expect(broken.body.detail).to.contain('position 16')
    expect(told(await send(person, '{"name": "secret'))).to.deep.equal(invalid)
    expect(told(await send(person, new Uint8Array([0x22, 0xff, 0x22])))).to.deep.equal(invalid)
    expect((await send(person, '{"name": s3cret}')).text).not.to.contain('s3cret')
  })

  it('is checked field by field', async () => {
    const { status, body } = await apiOf(person.url)('POST', '/accounts', { name: '', email: 'x', admin: true })
    expect([status, body.code]).to.deep.equal(invalid)
    expect(body.errors.map(({ path }: { path: string }) => path).sort()).to.deep.equal([
      'admin',
      'email',
      'name',
      'password',
    ])
    expect(told(await send(person, '"name"'))).to.deep.equal(invalid)
    expect(told(await send(person, 'null'))).to.deep.equal(invalid)
    expect(told(await send(person, ''))).to.deep.equal(invalid)
  })

  it('E46 holds no operators and no keys with a meaning of their own', async () => {
    const bodies = [
      '{"name": {"$ne": null}}',
      '{"name": "x", "$where": "1"}',
      '{"name": "x", "__proto__": {"admin": true}}',
      '{"__proto__": {"name": "x"}}',
      '{"name": "x", "constructor": {"prototype": {"admin": true}}}',
      '{"name": ["x"]}',
    ]
    for (const body of bodies) expect(told(await send(person, body)), body).to.deep.equal(invalid)
    // Refused as such, before any schema could let it through.
    const hidden = await send(person, '{"name": {"a": [{"__proto__": 1}]}}')
    expect(hidden.body.detail).to.equal('The body must not have the key __proto__.')
    const signIn = { email: { $gt: '' }, password: { $gt: '' } }
    expect(told(await apiOf(person.url)('POST', '/sessions', signIn))).to.deep.equal(invalid)
    expect(Object.hasOwn(Object.prototype, 'admin')).to.equal(false)
  })

  it('E47 is bounded in size, depth and number of fields', async () => {
    const nested = (depth: number) => `{"name": ${'['.repeat(depth)}${']'.repeat(depth)}}`
    expect((await send(person, nested(10_000))).body.detail).to.equal('The body is nested more than 32 levels deep.')
    expect(told(await send(person, `${'{"a":'.repeat(8_000)}1${'}'.repeat(8_000)}`))).to.deep.equal(invalid)
    expect(told(await send(person, JSON.stringify({ name: 'x'.repeat(65_536) })))).to.deep.equal([
      413,
      'payload_too_large',
    ])
    expect(told(await send(person, JSON.stringify({ name: 'a@'.repeat(30_000) })))).to.deep.equal(invalid)
    const fields = Array.from({ length: 50_000 }, (_, index) => `f${index}=1`).join('&')
    expect(told(await send(person, fields, 'application/x-www-form-urlencoded'))).to.deep.equal([
      413,
      'payload_too_large',
    ])
  })

  it('holds no half characters, which the database could not keep', async () => {
    expect(told(await send(person, '{"name": "half \\ud83d"}'))).to.deep.equal(invalid)
  })

  it('is not read where it comes compressed, so that a bomb is nothing', async () => {
    const answer = await person.api('POST', '/organisations', { name: 'x' }, { 'Content-Encoding': 'gzip' })
    expect(told(answer)).to.deep.equal([415, 'unsupported_media_type'])
  })
})

describe('an address', () => {
  it('E46 has ids that are texts, whatever they look like', async () => {
    const { api } = await signUp()
    const ids = ['{"$ne":null}', '[object Object]', '__proto__', 'constructor', '$where', 'org_\u0000', '..%2f', '%00']
    for (const id of ids) {
      expect(told(await api('GET', `/organisations/${encodeURIComponent(id)}`)), id).to.deep.equal([404, 'not_found'])
    }
  })

  it('E47 has the parameters that are known, each once and within its bounds', async () => {
    const { api } = await signUp()
    const queries = [
      'limit=1e9',
      'limit=0',
      'limit=-1',
      'limit=many',
      'limit=1&limit=2',
      'colour=red',
      'limit[$gt]=1',
      'after[]=x',
      '__proto__=x',
      'constructor=x',
      'after=%zz',
      `after=${'x'.repeat(5_000)}`,
    ]
    for (const query of queries) expect(told(await api('GET', `/organisations?${query}`)), query).to.deep.equal(invalid)
    expect((await api('GET', '/organisations?limit=200')).status).to.equal(200)
    expect(told(await api('GET', '/account?x=1'))).to.deep.equal(invalid)
  })

  it('has to be well encoded', async () => {
    const { api } = await signUp()
    expect(told(await api('GET', '/organisations/%zz'))).to.deep.equal(invalid)
    expect(told(await api('GET', '/organisations/%ff'))).to.deep.equal(invalid)
  })

  it('is taken as it is written: other cases and a slash at the end are other addresses', async () => {
    const { api } = await signUp()
    expect(told(await api('GET', '/Account'))).to.deep.equal([404, 'not_found'])
    expect(told(await api('GET', '/account/'))).to.deep.equal([404, 'not_found'])
  })
})
