import {
  type BuiltInRole,
  builtInRoleIds,
  completed,
  type Feature,
  type Features,
  holds,
  type Input,
  type Operation,
  type OperationName,
  operations,
  problems,
  type RoleId,
} from '@rolecall/contract'
import { expect } from 'chai'
import { aKey } from './rig/api-keys.ts'
import { anApplication } from './rig/applications.ts'
import { aDraft, anOpenInvoice } from './rig/billing.ts'
import { needsGit, newToken } from './rig/git.ts'
import { accept, anAddress, type Invited, invite, inviteOnly } from './rig/invite.ts'
import { mailTo } from './rig/mailbox.ts'
import {
  type Answer,
  type Api,
  anOrganisation,
  apiOf,
  type Person,
  signUp,
  type TestOrganisation,
  unique,
} from './rig/people.ts'
import { anywhere, delivered, made } from './rig/webhooks.ts'

/** What the custom role permits: something of each built-in one that is not Admin's alone. */
const composed = completed(['member:read', 'billing:read', 'webhook:manage'])

/** Who asks. `ended` holds a token whose session is over, `suspended` a membership that rests. */
const people = [...builtInRoleIds, 'custom', 'outsider', 'suspended', 'ended'] as const
type Somebody = (typeof people)[number]
/** API keys with the role of somebody, and one of another organisation. */
const keys = ['key admin', 'key manager', 'key developer', 'key accounting', 'key custom', 'key outsider'] as const
type Key = (typeof keys)[number]
const callers = [...people, 'anonymous', ...keys] as const
type Caller = (typeof callers)[number]
const isKey = (caller: Caller): caller is Key => caller.startsWith('key ')
/** Whose role the key has. */
const ownerOf = (caller: Caller): Somebody | 'anonymous' =>
  isKey(caller) ? (caller.slice('key '.length) as Somebody) : caller

interface World {
  readonly organisation: TestOrganisation
  readonly people: Readonly<Record<Somebody, Person>>
  /** Calls as an API key, which is issued when it first asks. */
  readonly key: (caller: Key) => Promise<Api>
  /** A Developer whom the others may manage. */
  readonly subject: Person & { readonly member: string }
  /** Somebody with an account and nothing else. */
  readonly stranger: Person
  readonly url: string
}

async function aWorld(): Promise<World> {
  const organisation = await anOrganisation()
  const { admin, id } = organisation
  const role = await admin.api('POST', `/organisations/${id}/roles`, { name: 'Composed', permissions: composed })
  const [manager, developer, accounting, custom, subject, outsider, suspended, ended, stranger] = await Promise.all([
    organisation.add('manager'),
    organisation.add('developer'),
    organisation.add('accounting'),
    organisation.add(role.body.id),
    organisation.add('developer'),
    signUp(),
    organisation.add('manager'),
    organisation.add('manager'),
    signUp(),
  ])
  await admin.api('POST', `/organisations/${id}/members/${suspended.member}/suspend`)
  await ended.api('DELETE', '/sessions')
  const key = keysOf(organisation, role.body.id)
  // The one that every operation may be asked as, also of an organisation that is deleted by then.
  await key('key admin')
  return {
    organisation,
    people: { admin, manager, developer, accounting, custom, outsider, suspended, ended },
    key,
    subject,
    stranger,
    url: organisation.admin.url,
  }
}

function keysOf(organisation: TestOrganisation, custom: string): World['key'] {
  const issued = new Map<Key, Promise<Api>>()
  const issue = async (caller: Key) => {
    if (caller === 'key outsider') return (await aKey(await anOrganisation(), { role: 'admin' })).api
    const role = caller === 'key custom' ? custom : ownerOf(caller)
    return (await aKey(organisation, { role })).api
  }
  return (caller) => {
    const api = issued.get(caller) ?? issue(caller)
    issued.set(caller, api)
    return api
  }
}

/** A valid request of every operation, for whoever asks. A new operation does not compile until it has one. */
type Requests = {
  readonly [F in Feature]: {
    readonly [Name in OperationName<F>]: (
      world: World,
      caller: Person | undefined,
    ) => Input<F, Name> | Promise<Input<F, Name>>
  }
}

const inOrganisation = ({ organisation }: World) => ({ organisation: organisation.id })
const withSubject = ({ organisation, subject }: World) => ({ organisation: organisation.id, member: subject.member })
const mailOf = ({ url, email }: Person, kind: string) => mailTo(url, email, kind)
const passwordOf = (caller: Person | undefined) => caller?.password ?? 'no password at all'

async function anotherSession(caller: Person | undefined): Promise<string> {
  if (caller === undefined) return 'ses_00000000000000000000000000'
  const { email, password } = caller
  const { body } = await apiOf(caller.url)('POST', '/sessions', { email, password })
  return body.session.id
}

/** From an organisation of which no caller is a member, for the caller. */
async function anInvitation(caller: Person | undefined): Promise<Invited> {
  const elsewhere = await anOrganisation()
  return invite(elsewhere, { email: caller?.email ?? anAddress() })
}

async function withInvitation(world: World) {
  const { invitation } = await inviteOnly(world.organisation)
  return { ...inOrganisation(world), invitation: invitation.id as string }
}

async function withToken({ organisation }: World) {
  return { token: (await invite(organisation)).token }
}

/** Of somebody whose address is confirmed, by an earlier invitation. */
async function withOwnInvitation(_: World, caller: Person | undefined) {
  if (caller !== undefined) await accept(caller, (await anInvitation(caller)).token)
  const { invitation } = await inviteOnly(await anOrganisation(), caller === undefined ? {} : { email: caller.email })
  return { invitation: invitation.id as string }
}

async function aRole({ organisation: { admin, id } }: World): Promise<RoleId> {
  const made = await admin.api('POST', `/organisations/${id}/roles`, { name: unique('Role'), permissions: [] })
  return made.body.id
}

/** Of whoever asks, so that they may direct it; of the Admin where they may have none. */
async function aWebhookOf({ organisation }: World, caller: Person | undefined) {
  if (caller === undefined) return made(organisation)
  const { body } = await caller.api('GET', `/organisations/${organisation.id}/permissions`)
  return made(organisation, body.permissions?.includes('webhook:manage') === true ? { by: caller } : {})
}

async function withWebhook(world: World, caller: Person | undefined) {
  return { ...inOrganisation(world), webhook: (await aWebhookOf(world, caller)).id as string }
}

/** Of an event that every manager of webhooks may see. */
async function withDelivery(world: World, caller: Person | undefined) {
  const webhook = await aWebhookOf(world, caller)
  const delivery = await delivered(world.organisation, webhook)
  return { ...inOrganisation(world), webhook: webhook.id as string, delivery: delivery.id as string }
}

async function withApplication(world: World) {
  return { ...inOrganisation(world), application: (await anApplication(world.organisation)).id as string }
}

async function withKey(world: World) {
  return { ...inOrganisation(world), key: (await aKey(world.organisation)).id }
}

async function withDraft(world: World) {
  return { ...inOrganisation(world), invoice: (await aDraft(world.organisation)).id as string }
}

async function withOpenInvoice(world: World) {
  return { ...inOrganisation(world), invoice: (await anOpenInvoice(world.organisation)).id as string }
}

const requests: Requests = {
  accounts: {
    create: () => ({ email: `${unique('new').replace(' ', '-')}@example.com`, name: 'New', password: 'correct horse' }),
    read: () => ({}),
    update: () => ({ name: unique('Renamed') }),
    changePassword: (_, caller) => ({ password: passwordOf(caller), newPassword: passwordOf(caller) }),
    sendVerification: () => ({}),
    verifyEmail: async (_, caller) => ({
      token: caller === undefined ? 'rvt_nobody' : (await mailOf(caller, 'email_verification')).token,
    }),
    changeEmail: (_, caller) => ({ email: anAddress(), password: passwordOf(caller) }),
    requestPasswordReset: ({ stranger: { email } }) => ({ email }),
    resetPassword: async () => {
      const person = await signUp()
      await apiOf(person.url)('POST', '/password-resets', { email: person.email })
      return { token: (await mailOf(person, 'password_reset')).token, newPassword: 'another horse battery' }
    },
    export: () => ({}),
    delete: (_, caller) => ({ password: passwordOf(caller) }),
    events: () => ({}),
  },
  sessions: {
    create: ({ stranger: { email, password } }) => ({ email, password }),
    refresh: async ({ stranger: { email, password, url } }) => {
      const { body } = await apiOf(url)('POST', '/sessions', { email, password })
      return { refreshToken: body.session.refreshToken }
    },
    list: () => ({}),
    endCurrent: () => ({}),
    end: async (_, caller) => ({ session: await anotherSession(caller) }),
    endAll: () => ({}),
  },
  organisations: {
    list: () => ({}),
    create: () => ({ name: unique('Created') }),
    read: inOrganisation,
    update: (world) => ({ ...inOrganisation(world), name: unique('Renamed') }),
    delete: inOrganisation,
    restore: async (world) => {
      await world.organisation.admin.api('DELETE', `/organisations/${world.organisation.id}`)
      return inOrganisation(world)
    },
  },
  members: {
    list: inOrganisation,
    add: (world) => ({ ...inOrganisation(world), email: world.stranger.email, role: 'developer' }),
    read: withSubject,
    changeRole: (world) => ({ ...withSubject(world), role: 'developer' }),
    remove: withSubject,
    suspend: withSubject,
    resume: withSubject,
    batch: (world) => ({ ...inOrganisation(world), changes: [{ member: world.subject.member, role: 'developer' }] }),
    transfer: withSubject,
  },
  invitations: {
    list: inOrganisation,
    create: (world) => ({ ...inOrganisation(world), email: anAddress(), role: 'developer' }),
    resend: withInvitation,
    revoke: withInvitation,
    preview: withToken,
    accept: async (_, caller) => ({ token: (await anInvitation(caller)).token }),
    decline: withToken,
    mine: () => ({}),
    acceptMine: withOwnInvitation,
    declineMine: withOwnInvitation,
  },
  roles: {
    list: inOrganisation,
    create: (world) => ({ ...inOrganisation(world), name: unique('Role'), permissions: ['application:read'] }),
    update: async (world) => ({ ...inOrganisation(world), role: await aRole(world), description: unique('Described') }),
    delete: async (world) => ({ ...inOrganisation(world), role: await aRole(world) }),
  },
  permissions: {
    catalogue: () => ({}),
    mine: inOrganisation,
    check: (world) => ({ ...inOrganisation(world), permissions: ['organisation:read'] }),
    explain: (world) => ({ ...inOrganisation(world), permission: 'audit:read' }),
    declared: inOrganisation,
    declare: (world) => ({ ...inOrganisation(world), permissions: [{ name: 'report:approve', roles: ['manager'] }] }),
  },
  events: { list: inOrganisation, verify: inOrganisation, types: () => ({}) },
  webhooks: {
    list: inOrganisation,
    create: async (world) => ({ ...inOrganisation(world), url: await anywhere() }),
    get: withWebhook,
    update: async (world, caller) => ({ ...(await withWebhook(world, caller)), types: ['member.*'] }),
    delete: withWebhook,
    rotateSecret: withWebhook,
    adopt: withWebhook,
    test: withWebhook,
    replay: async (world, caller) => ({ ...(await withWebhook(world, caller)), since: '2026-01-01T00:00:00Z' }),
    deliveries: withWebhook,
    delivery: withDelivery,
    redeliver: withDelivery,
  },
  applications: {
    list: inOrganisation,
    create: (world) => ({ ...inOrganisation(world), name: unique('Application') }),
    read: withApplication,
    update: async (world) => ({ ...(await withApplication(world)), name: unique('Renamed') }),
    delete: withApplication,
  },
  repositories: {
    read: withApplication,
    update: async (world) => ({ ...(await withApplication(world)), defaultBranch: 'trunk' }),
  },
  tokens: {
    list: () => ({}),
    create: () => ({ name: 'Laptop' }),
    delete: async (_, caller) => ({ token: caller === undefined ? 'tok_none' : (await newToken(caller)).id }),
  },
  apiKeys: {
    list: inOrganisation,
    create: (world) => ({ ...inOrganisation(world), name: 'Deployments', role: 'developer' }),
    get: withKey,
    update: async (world) => ({ ...(await withKey(world)), name: unique('Renamed') }),
    rotate: withKey,
    delete: withKey,
  },
  billing: {
    get: inOrganisation,
    update: (world) => ({ ...inOrganisation(world), legalName: unique('Legal'), currency: 'EUR' }),
  },
  invoices: {
    list: inOrganisation,
    create: (world) => ({ ...inOrganisation(world), lines: [{ description: 'Hosting', unitPriceMinor: 4_900 }] }),
    get: withDraft,
    update: async (world) => ({ ...(await withDraft(world)), note: unique('Note') }),
    delete: withDraft,
    pdf: withOpenInvoice,
    open: withDraft,
    pay: withOpenInvoice,
    void: withOpenInvoice,
  },
}

/** After these, the world is not what it was. */
const destructive = new Set([
  'accounts.delete',
  'accounts.changePassword',
  'sessions.endCurrent',
  'sessions.endAll',
  'organisations.update',
  'organisations.delete',
  'organisations.restore',
  'members.add',
  'members.remove',
  'members.transfer',
])

function expected({ needs, status, people: isForPeople }: Operation, asking: Caller): number {
  if (needs === 'anyone') return status
  if (isKey(asking) && (needs === 'self' || isForPeople)) return problems.forbidden.status
  const caller = ownerOf(asking)
  if (caller === 'anonymous' || caller === 'ended') return problems.unauthenticated.status
  if (needs === 'self') return status
  if (caller === 'outsider' || caller === 'suspended') return problems.not_found.status
  const isHeld = caller === 'custom' ? composed.includes(needs) : holds(caller, needs)
  return isHeld ? status : problems.forbidden.status
}

/** Where nobody is asked who they are a key is nothing new, and where no key may one stands for all. */
function isWorthAsking({ needs, people: isForPeople }: Operation, caller: Key): boolean {
  if (needs === 'anyone') return false
  return (needs !== 'self' && isForPeople !== true) || caller === 'key admin'
}

async function send(operation: Operation, api: Api, input: object): Promise<Answer> {
  const left = new Map(Object.entries(input))
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(left.get(name))
    left.delete(name)
    return value
  })
  const body = operation.method === 'GET' || left.size === 0 ? undefined : Object.fromEntries(left)
  return api(operation.method, path, body)
}

/** The last Admin cannot delete their account, so that the Admin of this case is one of two. */
async function prepare(world: World, name: string): Promise<void> {
  if (name !== 'accounts.delete') return
  const { organisation, subject } = world
  await organisation.admin.api('PATCH', `/organisations/${organisation.id}/members/${subject.member}`, {
    role: 'admin',
  })
}

describe('every operation, for every caller', () => {
  for (const feature of Object.keys(operations) as Feature[]) {
    for (const name of Object.keys(operations[feature])) {
      const full = `${feature}.${name}`
      const operation = (operations[feature] as Readonly<Record<string, Operation>>)[name]
      if (operation === undefined) throw new Error(full)
      it(`${full} (${operation.method} ${operation.path}, needs ${operation.needs})`, async function () {
        this.timeout(300_000)
        if (feature === 'repositories') needsGit(this)
        const build = requests[feature][name as never] as (
          world: World,
          caller: Person | undefined,
        ) => object | Promise<object>
        let world = await aWorld()
        await prepare(world, full)
        const asking = callers.filter((caller) => !isKey(caller) || isWorthAsking(operation, caller))
        const denied = asking.filter((caller) => expected(operation, caller) >= 400)
        for (const caller of [...denied, ...asking.filter((one) => !denied.includes(one))]) {
          const owner = ownerOf(caller)
          const person = owner === 'anonymous' ? undefined : world.people[owner]
          const isNobody = caller === 'ended' || (isKey(caller) && operation.needs === 'self')
          const api = isKey(caller) ? await world.key(caller) : (person?.api ?? apiOf(world.url))
          const input = await build(world, isNobody ? undefined : person)
          const { status, text, body } = await send(operation, api, input)
          expect(status, `${caller}: ${text}`).to.equal(expected(operation, caller))
          if (status >= 400) expect(body, caller).to.include.keys('type', 'code', 'status', 'title')
          if (status < 400 && destructive.has(full)) {
            world = await aWorld()
            await prepare(world, full)
          }
        }
      })
    }
  }

  it('leaves alone what its own membership allows: anybody may leave', async () => {
    const world = await aWorld()
    for (const role of builtInRoleIds.filter((one): one is Exclude<BuiltInRole, 'admin'> => one !== 'admin')) {
      const person = world.people[role]
      const mine = await person.api('GET', `/organisations/${world.organisation.id}/permissions`)
      const left = await person.api('DELETE', `/organisations/${world.organisation.id}/members/${mine.body.member}`)
      expect(left.status, role).to.equal(204)
    }
  })
})

// A feature that the tables have and this file has not does not compile; that each operation is asked is seen here.
type Complete = keyof Features extends keyof typeof requests ? true : never
const complete: Complete = true
describe('the matrix of operations', () => {
  it('has a request for each operation of the contract, and no other', () => {
    expect(complete).to.equal(true)
    for (const feature of Object.keys(operations) as Feature[]) {
      expect(Object.keys(requests[feature]).sort()).to.deep.equal(Object.keys(operations[feature]).sort())
    }
  })
})
