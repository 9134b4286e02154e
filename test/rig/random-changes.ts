/** Random changes of one organisation: of itself, its permissions and roles, its members, and the members’ names. */
import { expect } from 'chai'
import { type Answer, type Api, unique } from './people.ts'

export interface Changing {
  readonly organisation: string
  readonly admin: Api
  /** Who may become members: with their own calls. */
  readonly people: readonly { readonly email: string; readonly api: Api }[]
}

interface Found {
  /** Those among the people who are members. */
  readonly members: readonly { readonly id: string; readonly status: string }[]
  readonly roles: readonly { readonly id: string; readonly builtIn: boolean }[]
  /** Permissions of the organisation’s own. */
  readonly own: readonly string[]
}

type Change = (changing: Changing, found: Found) => Promise<Answer> | undefined

const pick = <Value>(values: readonly Value[]): Value | undefined => values[Math.floor(Math.random() * values.length)]
const someOf = <Value>(values: readonly Value[]): Value[] => values.filter(() => Math.random() < 0.5)
const composable = ['member:read', 'application:read', 'application:update', 'billing:read', 'webhook:manage']
const builtIn = ['manager', 'developer', 'accounting']
/** Permissions that the organisation may have declared. */
export const declarable = ['report:read', 'report:approve', 'desk:open']

const given = ({ roles }: Found) =>
  pick(['admin', ...builtIn, ...roles.filter((one) => !one.builtIn).map(({ id }) => id)])

const path = ({ organisation }: Changing, below = '') => `/organisations/${organisation}${below}`

const changes: readonly Change[] = [
  (at) => at.admin('PATCH', path(at), { name: unique('Changing') }),
  (at) => at.admin('PATCH', path(at), { description: unique('Described') }),
  (at) => at.admin('PATCH', path(at), { developersSeeMembers: Math.random() < 0.5 }),
  (at) => {
    const permissions = someOf(declarable).map((name) => ({ name, roles: someOf(builtIn) }))
    return at.admin('PUT', path(at, '/own-permissions'), { permissions })
  },
  (at, { own }) =>
    at.admin('POST', path(at, '/roles'), { name: unique('Role'), permissions: someOf([...composable, ...own]) }),
  (at, { roles, own }) => {
    const role = pick(roles.filter((one) => !one.builtIn))
    if (role === undefined) return undefined
    const change = Math.random() < 0.5 ? { name: unique('Role') } : { permissions: someOf([...composable, ...own]) }
    return at.admin('PATCH', path(at, `/roles/${role.id}`), change)
  },
  (at, found) => {
    const role = pick(found.roles.filter((one) => !one.builtIn))
    return role && at.admin('DELETE', path(at, `/roles/${role.id}?replacement=${pick(builtIn)}`))
  },
  (at, found) => at.admin('POST', path(at, '/members'), { email: pick(at.people)?.email, role: given(found) }),
  (at, found) => at.admin('POST', path(at, '/members'), { email: pick(at.people)?.email, role: given(found) }),
  (at, found) => {
    const member = pick(found.members)
    return member && at.admin('PATCH', path(at, `/members/${member.id}`), { role: given(found) })
  },
  (at, found) => {
    const member = pick(found.members)
    const verb = member?.status === 'suspended' ? 'resume' : 'suspend'
    return member && at.admin('POST', path(at, `/members/${member.id}/${verb}`))
  },
  (at, found) => {
    const some = someOf(found.members).map(({ id }) => ({ member: id, role: given(found) }))
    return some.length === 0 ? undefined : at.admin('POST', path(at, '/members/batch'), { changes: some })
  },
  (at, found) => {
    const member = pick(found.members)
    return member && at.admin('DELETE', path(at, `/members/${member.id}`))
  },
  ({ people }) => pick(people)?.api('PATCH', '/account', { name: unique('Person') }),
]

/** Makes one of them. What cannot be done as things are is refused, and that is as good. */
export async function changeSomething(changing: Changing): Promise<void> {
  const { admin, people } = changing
  const [members, roles, { body: declared }] = [
    await admin('GET', path(changing, '/members')),
    await admin('GET', path(changing, '/roles')),
    await admin('GET', path(changing, '/own-permissions')),
  ]
  const own = declared.permissions.map(({ name }: { name: string }) => name)
  const emails = people.map(({ email }) => email)
  const found = members.body.data.filter(({ account }: Answer['body']) => emails.includes(account.email))
  const answer = await pick(changes)?.(changing, { members: found, roles: roles.body.data, own })
  if (answer !== undefined) expect(answer.status, answer.text).to.be.oneOf([200, 201, 204, 404, 409])
}
