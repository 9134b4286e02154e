import { adminOnlyPermissions, allPermissions, builtInRoleIds, problems } from '@rolecall/contract'
import { expect } from 'chai'
import fc from 'fast-check'
import { Pool } from 'undici'
import { aKey } from './rig/api-keys.ts'
import { anApplication } from './rig/applications.ts'
import { aDraft, anOpenInvoice } from './rig/billing.ts'
import { invite } from './rig/invite.ts'
import { type Definitions, fitting, mistakesOf, type Schema } from './rig/json-schema.ts'
import { anOrganisation, apiOf, type Person, signUp, unique } from './rig/people.ts'
import { sharedServer } from './rig/server.ts'
import { atEnd } from './rig/teardown.ts'
import { delivered, made } from './rig/webhooks.ts'

const isLong = process.env.ROLECALL_LONG === '1'
/** Each run makes people and an organisation of its own, on which so many requests are made. */
const requestsOfARun = 100
const runs = isLong ? 100 : 3

interface Described {
  readonly operationId: string
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[]
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: Schema } } }
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>
  >
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
  readonly components: { readonly schemas: Definitions }
}

/** What a request is made of. Who asks, and which of the ids that exist are named, is put in when it is sent. */
interface Plan {
  readonly method: string
  readonly path: string
  readonly described: Described | undefined
  readonly caller: number
  readonly ids: readonly (number | string)[]
  readonly query: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | undefined
}

/** A world in which a run goes on, whatever the requests do to it. */
interface World {
  readonly people: Person[]
  /** Of whoever is no person: one that is none, an API key’s that may do everything, and a person’s for their programs. */
  readonly tokens: readonly string[]
  readonly ids: readonly string[]
  /** Those that belong together, by the parameter that names one: a random choice of three would rarely fit. */
  readonly fitting: Readonly<Record<string, readonly string[]>>
  readonly members: readonly string[]
}

const nasty = fc.constantFrom('__proto__', 'constructor', '$where', '{"$ne":null}', '..', '%00', '%ff', '%', '', '*')
const word = fc.oneof(
  nasty,
  fc.string({ maxLength: 80, size: 'max' }),
  fc.string({ unit: 'grapheme', maxLength: 600, size: 'max' }),
)

/** Values for fields whose random ones would never be found. Addresses, tokens and members are those of people by number. */
const known = {
  name: fc.oneof(fc.string({ minLength: 1 }), fc.string({ unit: 'grapheme', maxLength: 120, size: 'max' })),
  email: fc.oneof(
    fc.nat(5).map((one) => `person-${one}@fuzz`),
    fc.emailAddress(),
  ),
  password: fc.oneof(fc.constant('correct horse battery'), fc.string({ minLength: 8, maxLength: 40, size: 'max' })),
  role: fc.constantFrom(...builtInRoleIds),
  // Where nobody listens.
  url: fc.constantFrom('http://127.0.0.1:9/', 'http://10.0.0.1/', 'ftp://example.com/', 'https://'),
  permission: fc.constantFrom(...allPermissions),
  // Of a role, or declared for an app of one's own.
  permissions: fc.oneof(
    fc.subarray(
      allPermissions.filter((permission) => !adminOnlyPermissions.includes(permission)),
      { minLength: 1 },
    ),
    fc.constant([{ name: 'report:approve', roles: ['manager'] }]),
  ),
  member: fc.nat(2).map((one) => `member-${one}@fuzz`),
  changes: fc.constant([{ member: 'member-1@fuzz', role: 'developer' }]),
  since: fc.constant('2026-01-01T00:00:00Z'),
  currency: fc.constantFrom('EUR', 'JPY'),
  vatNumber: fc.constantFrom('', 'IE6388047V', '<b>'),
  dueOn: fc.constantFrom('2026-12-31', '2028-02-29'),
  customer: fc.constant({ name: 'Globex Corp' }),
  lines: fc.array(
    fc.record({
      description: fc.constantFrom('Hosting', '長'),
      unitPriceMinor: fc.integer({ min: -10, max: 10_000 }),
    }),
    { maxLength: 3 },
  ),
  defaultBranch: fc.constantFrom('main', 'next', 'a b', '-x', '..'),
  types: fc.constantFrom(['*'], ['member.*', 'role.created'], ['none.*']),
  refreshToken: fc.oneof(
    fc.nat(4).map((one) => `token-${one}@fuzz`),
    fc.string({ maxLength: 80 }),
  ),
}

function mutated(value: fc.Arbitrary<object>): fc.Arbitrary<string | Uint8Array> {
  const json = value.map((one) => JSON.stringify(one))
  const withField = fc
    .tuple(value, fc.oneof(nasty, fc.constantFrom('name', 'email', 'role', 'password', 'id')), fc.jsonValue())
    .map(([one, name, field]) => JSON.stringify({ ...one, [name]: field }))
  const withoutField = value.map((one) => JSON.stringify(Object.fromEntries(Object.entries(one).slice(1))))
  const cut = fc.tuple(json, fc.nat(200)).map(([text, length]) => text.slice(0, length))
  const changed = fc
    .tuple(json, fc.nat(200), fc.string({ maxLength: 5 }))
    .map(([text, at, put]) => text.slice(0, at) + put + text.slice(at + 1))
  return fc.oneof(withField, withoutField, cut, changed, fc.json({ maxDepth: 6 }), fc.uint8Array({ maxLength: 300 }))
}

function bodyOf(schema: Schema | undefined): fc.Arbitrary<string | Uint8Array | undefined> {
  const valid = fitting(schema ?? {}, known)
  return fc.oneof(
    { weight: 6, arbitrary: schema === undefined ? fc.constant(undefined) : valid.map((one) => JSON.stringify(one)) },
    { weight: 3, arbitrary: mutated(valid) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  )
}

function queryOf(described: Described): fc.Arbitrary<string> {
  const fields = (described.parameters ?? []).filter((parameter) => parameter.in === 'query')
  const properties = Object.fromEntries(fields.map(({ name, schema }) => [name, schema]))
  const valid = fitting({ properties }, {}).map((one) => new URLSearchParams(Object.entries(one)).toString())
  const broken = fc
    .tuple(valid, fc.oneof(nasty, fc.constantFrom('limit', 'after', 'type')), fc.oneof(word, fc.constant('1e9')))
    .map(([query, name, value]) => `${query}&${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant('') },
    { weight: 3, arbitrary: valid },
    { weight: 2, arbitrary: broken },
    { weight: 1, arbitrary: fc.constantFrom('limit=%zz', 'limit=1&limit=2', 'a[$gt]=1', '&&&', '?', '=') },
  )
}

const headers = fc.record(
  {
    'content-type': fc.constantFrom('application/json', 'application/json; charset=utf-8', 'text/plain', 'x', ''),
    'idempotency-key': fc.oneof(fc.constantFrom('a', 'b', 'c'), fc.string({ maxLength: 300 }).map(encodeURIComponent)),
    origin: fc.constantFrom('null', 'https://evil.example'),
    accept: fc.constantFrom('application/json', 'text/html', 'text/csv', '*/*', ''),
    'content-encoding': fc.constantFrom('gzip', 'identity'),
    cookie: fc.constantFrom('rolecall_refresh=x', 'rolecall_refresh=%', '='),
    'x-request-id': fc.constantFrom('1', 'x'.repeat(200)),
  },
  { requiredKeys: [] },
)

function planOf(document: Document): fc.Arbitrary<Plan> {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({ path, method: method.toUpperCase(), described })),
  )
  return fc.constantFrom(...operations).chain(({ path, method, described }) => {
    const named = path.match(/\{\w+\}/g)?.length ?? 0
    const id = fc.oneof({ weight: 8, arbitrary: fc.nat(20) }, { weight: 1, arbitrary: word })
    const way = fc.oneof(
      { weight: 19, arbitrary: fc.constant({ method, path }) },
      {
        weight: 1,
        arbitrary: fc.record({
          method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'),
          path: fc.constantFrom(path, `${path}/`, `${path}/x`, `/v1${path.slice(3).toUpperCase()}`, `/v1/${path}`),
        }),
      },
    )
    return fc
      .record({
        way,
        // The Admin more often than the others, who may do less.
        caller: fc.oneof(fc.constant(0), fc.nat(8)),
        ids: fc.array(id, { minLength: named, maxLength: named }),
        query: queryOf(described),
        headers: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: headers }),
        body: bodyOf(described.requestBody?.content['application/json'].schema),
      })
      .map(({ way: chosen, ...rest }) => ({
        ...chosen,
        described: document.paths[chosen.path]?.[chosen.method.toLowerCase()],
        ...rest,
      }))
  })
}

async function aWorld(): Promise<World> {
  const organisation = await anOrganisation()
  const { id, admin, add } = organisation
  const webhook = await made(organisation)
  const delivery = await delivered(organisation, webhook)
  const { invitation } = await invite(organisation)
  const role = await admin.api('POST', `/organisations/${id}/roles`, { name: unique('Role'), permissions: [] })
  const application = await anApplication(organisation)
  const [key, caller] = [await aKey(organisation), await aKey(organisation, { role: 'admin', name: 'Caller' })]
  const [draft, open] = [await aDraft(organisation), await anOpenInvoice(organisation)]
  const token = await admin.api('POST', '/account/tokens', { name: 'Laptop' })
  const others = await Promise.all(['manager', 'developer', 'accounting'].map((role) => add(role)))
  const people = [admin, ...others, await signUp()]
  const members = others.map(({ member }) => member)
  const personal = people.map(({ organisation }) => organisation.id)
  return {
    people,
    tokens: ['no.such.token', caller.secret, token.body.token],
    ids: [id, id, id, ...members, ...members, ...personal, ...people.map(({ session }) => session.id)],
    fitting: {
      organisation: [id],
      member: members.slice(0, 1),
      session: [admin.session.id],
      invitation: [invitation.id],
      role: [role.body.id],
      webhook: [webhook.id],
      delivery: [delivery.id],
      application: [application.id],
      key: [key.id],
      invoice: [draft.id, open.id],
      token: [token.body.id],
    },
    members,
  }
}

/** Whoever signed out, changed the password or is gone is somebody again. */
async function revive(world: World, caller: number): Promise<void> {
  const person = world.people[caller] ?? (await signUp())
  const { email, password, url } = person
  const { status, body } = await apiOf(url)('POST', '/sessions', { email, password })
  world.people[caller] = status === 201 ? { ...person, session: body.session } : await signUp()
}

async function send(pool: Pool, world: World, plan: Plan) {
  const person = world.people[plan.caller]
  const token = plan.caller > 5 ? world.tokens[plan.caller - 6] : person?.session.accessToken
  let place = 0
  const path = plan.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const id = plan.ids[place++]
    if (typeof id !== 'number') return encodeURIComponent(id ?? '')
    const known = world.fitting[name] ?? []
    return encodeURIComponent((id % 4 === 0 ? undefined : known[id % known.length]) ?? world.ids[id] ?? 'org_none')
  })
  const body =
    typeof plan.body === 'string'
      ? plan.body.replace(/(person|token|member)-(\d)@fuzz/g, (_, kind, one) => {
          if (kind === 'member') return world.members[Number(one)] ?? ''
          const named = world.people[Number(one)]
          return (kind === 'person' ? named?.email : named?.session.refreshToken) ?? unique('nobody@x')
        })
      : plan.body
  const answer = await pool.request({
    method: plan.method,
    path: plan.query === '' ? path : `${path}?${plan.query}`,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...plan.headers,
    },
    ...(body === undefined || plan.method === 'HEAD' ? {} : { body }),
  })
  return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() }
}

type Sent = Awaited<ReturnType<typeof send>>

/** Throws where an answer is not what the document says. */
function check({ described, method }: Plan, { status, headers: given, text }: Sent, { components }: Document): void {
  expect(status).to.be.within(200, 499)
  const seq = given['rolecall-seq']
  if (seq !== undefined) expect(seq).to.match(/^\d+$/)
  if (text === '') {
    expect(method === 'HEAD' || status === 204, `an empty answer with ${status}`).to.equal(true)
    return
  }
  const type = String(given['content-type']).split(';', 1)[0] ?? ''
  if (['text/csv', 'application/pdf', 'application/x-ndjson'].includes(type)) {
    expect(described?.responses[status]?.content).to.have.property(type)
    return
  }
  expect(type).to.equal(status >= 400 ? 'application/problem+json' : 'application/json')
  const body: unknown = JSON.parse(text)
  const expected = status >= 400 ? { $ref: '#/components/schemas/Problem' } : undefined
  const answer = described?.responses[status] ?? (status >= 400 ? described?.responses.default : undefined)
  if (described !== undefined) expect(answer, `${status} is not in the document`).not.to.equal(undefined)
  const schema = answer?.content?.[type]?.schema ?? expected ?? false
  expect(mistakesOf(body, schema, components.schemas).join()).to.equal('')
  if (status >= 400) {
    const { code } = body as { code: keyof typeof problems }
    expect(problems[code].status).to.equal(status)
  }
}

/** These need a token that was mailed, or an invitation of whoever happens to ask. */
const outOfReach = [
  'accounts.verifyEmail',
  'accounts.resetPassword',
  'invitations.preview',
  'invitations.accept',
  'invitations.decline',
  'invitations.acceptMine',
  'invitations.declineMine',
]

describe('random requests, made from /openapi.json', () => {
  it(`are answered as it says, whatever they hold, and never by a 5xx (${runs * requestsOfARun} of them)`, async function () {
    this.timeout(900_000)
    const { url } = await sharedServer()
    const document: Document = await (await fetch(`${url}/openapi.json`)).json()
    const pool = new Pool(url, { connections: 4 })
    atEnd(() => pool.close())
    const answers = new Map<string, number>()
    const plans = fc.array(planOf(document), { minLength: requestsOfARun, maxLength: requestsOfARun })
    await fc.assert(
      fc.asyncProperty(plans, async (all) => {
        const world = await aWorld()
        for (const plan of all) {
          const sent = await send(pool, world, plan)
          try {
            check(plan, sent, document)
          } catch (error) {
            const { described, ...request } = plan
            const told = `${described?.operationId} ${JSON.stringify(request)} was answered ${sent.status} ${sent.text}`
            throw new Error(`${error}: ${told}`, { cause: error })
          }
          const key = `${plan.described?.operationId} ${sent.status < 300 ? 'done' : 'refused'}`
          answers.set(key, (answers.get(key) ?? 0) + 1)
          if (sent.status === 401 && plan.caller < world.people.length) await revive(world, plan.caller)
        }
      }),
      // The same requests in each short run, but for the ids that they meet.
      { numRuns: runs, endOnFailure: true, ...(isLong ? {} : { seed: 4 }) },
    )
    const done = [...answers.keys()].filter((key) => key.endsWith(' done'))
    console.log(`      ${done.length} operations were done`)
    expect(done).not.to.deep.equal([])
    if (!isLong) return
    // Not vacuous: what is described was done.
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods))
    const rare = operations.filter(
      ({ operationId }) => !outOfReach.includes(operationId) && !answers.has(`${operationId} done`),
    )
    // Each is done some four times of a hundred; by chance a few are not.
    expect(rare.length, rare.map(({ operationId }) => operationId).join()).to.be.at.most(5)
  })
})
