/** What all commands of a crowd share: who is where, and what was opened and heard. */
import type { Session, Subscription } from '@rolecall/contract'
import { expect } from 'chai'
import { insist } from './insist.ts'
import type { LiveClient } from './live.ts'
import { type Api, apiOf, type Person, type TestOrganisation, unique } from './people.ts'

export const customRoleCount = 2

export interface Connection {
  readonly account: string
  readonly live: LiveClient
  /** How many rounds were over when it was opened, and when we closed it. */
  readonly openedIn: number
  closedIn: number | undefined
}

/** A subscription: which part of what its connection heard is its own. */
export interface Subscribed {
  readonly connection: Connection
  readonly organisation: number
  readonly given: string | undefined
  readonly acknowledged: Subscription
  readonly begin: number
  end: number | undefined
}

/** Somebody was told that there is no such organisation. */
interface Refusal {
  readonly account: string
  readonly organisation: number
  readonly round: number
}

export interface Scene {
  readonly people: readonly Person[]
  readonly organisations: readonly TestOrganisation[]
  readonly sessions: Session[]
  /** Memberships by person, of each organisation. */
  readonly members: readonly Map<number, string>[]
  readonly suspended: readonly Set<number>[]
  readonly roles: string[][]
  readonly connections: Connection[]
  /** Of each socket and organisation, in order of time. */
  readonly subscriptions: Subscribed[][][]
  readonly refusals: Refusal[]
  /** Where the logs stood after each round. */
  readonly heads: number[][]
  apiAs(person: number): Api
}

export async function aScene(
  people: readonly Person[],
  organisations: readonly TestOrganisation[],
  socketCount: number,
): Promise<Scene> {
  const sessions = await Promise.all(people.map(signIn))
  const roles = await Promise.all(
    organisations.map(({ admin, id }) =>
      Promise.all(Array.from({ length: customRoleCount }, () => composeRole(admin, id))),
    ),
  )
  return {
    people,
    organisations,
    sessions,
    members: organisations.map(() => new Map()),
    suspended: organisations.map(() => new Set()),
    roles,
    connections: [],
    subscriptions: Array.from({ length: socketCount }, () => organisations.map(() => [])),
    refusals: [],
    heads: [await readHeads(organisations)],
    apiAs: (person) => apiOf(at(people, person).url, at(sessions, person).accessToken),
  }
}

export function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index]
  if (item === undefined) throw new Error(`there is no ${index}`)
  return item
}

export function readHeads(organisations: readonly TestOrganisation[]): Promise<number[]> {
  return Promise.all(
    organisations.map(async ({ admin, id }) => {
      const { headers } = await insist(() => admin.api('GET', `/organisations/${id}`))
      return Number(headers.get('Rolecall-Seq'))
    }),
  )
}

/** A session of its own for each crowd: an earlier one may have ended those that people signed up with. */
export async function signIn({ email, password, url }: Person): Promise<Session> {
  const { status, text, body } = await apiOf(url)('POST', '/sessions', { email, password })
  if (status !== 201) throw new Error(`signing in was answered ${status}: ${text}`)
  return body.session
}

/** A custom role by which people come to see more and less. */
export async function composeRole({ api }: Person, organisation: string): Promise<string> {
  const role = { name: unique('Custom'), permissions: ['member:read'] }
  const { status, text, body } = await insist(() => api('POST', `/organisations/${organisation}/roles`, role))
  expect(status, text).to.equal(201)
  return body.id
}
