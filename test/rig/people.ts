import type { Account, Organisation, Session } from '@rolecall/contract'
import { insist } from './insist.ts'
import { sharedServer } from './server.ts'

export interface Answer {
  readonly status: number
  /** Parsed JSON; undefined where it is none. */
  // What a test reads out of an answer is for its assertions to check.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly body: any
  readonly headers: Headers
  /** As it was sent, for comparing byte for byte. */
  readonly text: string
}

export type Api = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<Answer>

export interface Person {
  readonly account: Account
  /** The personal one. */
  readonly organisation: Organisation
  readonly session: Session
  readonly email: string
  readonly password: string
  /** Calls below /v1 with this person's access token. */
  readonly api: Api
  readonly url: string
}

export const defaultPassword = 'correct horse battery'

/** Calls below /v1 of a server, as nobody or with a token. */
export function apiOf(url: string, token?: string): Api {
  return async (method, path, body, headers = {}) => {
    const response = await fetch(`${url}/v1${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = text !== '' && /json/.test(response.headers.get('Content-Type') ?? '')
    return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined }
  }
}

let count = 0

/** A text that no other call gives, for names and addresses. */
export function unique(prefix: string): string {
  count += 1
  return `${prefix} ${process.pid.toString(36)}-${count.toString(36)}`
}

export interface SignUpOptions {
  readonly name?: string
  readonly email?: string
  readonly password?: string
  /** Address of the server; the shared one by default. */
  readonly url?: string
}

/** A new person with account, personal organisation and session. */
export async function signUp(options: SignUpOptions = {}): Promise<Person> {
  const url = options.url ?? (await sharedServer()).url
  const name = options.name ?? unique('Person')
  const password = options.password ?? defaultPassword
  let email = ''
  const { status, text, body } = await insist(() => {
    // Anew each time: what took too long may have been done all the same.
    email = options.email ?? `${unique('person').replace(' ', '-')}@example.com`
    return apiOf(url)('POST', '/accounts', { name, email, password })
  })
  if (status !== 201) throw new Error(`signing up was answered ${status}: ${text}`)
  const { account, organisation, session } = body
  return { account, organisation, session, email, password, url, api: apiOf(url, session.accessToken) }
}

export interface TestOrganisation {
  readonly id: string
  readonly name: string
  readonly admin: Person
  /** Adds a new person with this role, by the Admin. */
  add(role: string, options?: SignUpOptions): Promise<Person & { readonly member: string }>
}

/** A new organisation with a new person as its Admin. */
export async function anOrganisation(
  options: SignUpOptions & { organisation?: string } = {},
): Promise<TestOrganisation> {
  const admin = await signUp(options)
  const { status, text, body } = await insist(() =>
    admin.api('POST', '/organisations', { name: options.organisation ?? unique('Organisation') }),
  )
  if (status !== 201) throw new Error(`creating an organisation was answered ${status}: ${text}`)
  return organisationOf(admin, body)
}

function organisationOf(admin: Person, { id, name }: Pick<TestOrganisation, 'id' | 'name'>): TestOrganisation {
  return {
    id,
    name,
    admin,
    async add(role, more = {}) {
      const person = await signUp({ url: admin.url, ...more })
      const { email } = person
      const added = await insist(() => admin.api('POST', `/organisations/${id}/members`, { email, role }))
      if (added.status !== 201) throw new Error(`adding a member was answered ${added.status}: ${added.text}`)
      return { ...person, member: added.body.id }
    },
  }
}

/** The same organisation on another server to which its data were brought, with the session that its Admin had. */
export function elsewhere(organisation: TestOrganisation, url: string): TestOrganisation {
  const { admin } = organisation
  return organisationOf({ ...admin, url, api: apiOf(url, admin.session.accessToken) }, organisation)
}
