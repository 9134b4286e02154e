/**
 * An organisation with one honest Admin, and accounts that work together against it: what they may do in it, step by
 * step, by every operation that gives a role or changes what one permits.
 */
import { type AnyPermission, type BuiltInRole, builtInRoleIds, permissionsOf, type RoleId } from '@rolecall/contract'
import { invitationsOf } from './invite.ts'
import { type Answer, type Api, apiOf, type Person, unique } from './people.ts'

export const conspiratorCount = 4
/** The place of the API key that the Admin has issued last: the conspirators have its secret. */
export const keyActor = conspiratorCount + 1
/** The organisation has at most so many roles of its own at a time, each with a place. */
export const customRoleCount = 2

type Named<Name extends string, Rest> = Name extends string
  ? { readonly do: Name; readonly actor: number } & Rest
  : never

/** People by their place: 0 is the Admin, the others conspire, and a key acts for them. Roles too: the built-in ones, then the custom ones. */
export type Step =
  | Named<'add' | 'change' | 'invite', { readonly subject: number; readonly role: number }>
  | Named<'remove' | 'suspend' | 'resume' | 'transfer' | 'resend' | 'withdraw', { readonly subject: number }>
  /** By whoever is invited. */
  | Named<'accept', unknown>
  | Named<'exchange', { readonly changes: readonly { readonly subject: number; readonly role: number }[] }>
  | Named<'compose', { readonly place: number; readonly permissions: readonly AnyPermission[] }>
  | Named<'dissolve', { readonly place: number; readonly replacement: number }>
  | Named<'show members', { readonly isShown: boolean }>
  | Named<'issue', { readonly role: number }>
  /** The organisation's own permission, with the built-in roles that hold it beside Admin. */
  | Named<'declare', { readonly roles: readonly BuiltInRole[] }>

export const ownPermission = 'report:read'

export interface Start {
  /** The role of each conspirator; none: an outsider. */
  readonly roles: readonly (number | undefined)[]
  readonly compositions: readonly (readonly AnyPermission[])[]
}

interface Holding {
  readonly role: RoleId
  readonly permissions: readonly AnyPermission[]
}

type Request = readonly [method: string, path: string, body?: object]

export interface Conspiracy {
  /** What each conspirator holds, and then the key, by asking as them; undefined without access. */
  held(): Promise<readonly (Holding | undefined)[]>
  /** What the Admin has offered to conspirators who have not accepted yet. */
  offered(): Promise<readonly AnyPermission[]>
  /** Undefined where there is nothing to ask for: no such member, role or invitation. */
  take(step: Step): Promise<Answer | undefined>
}

export async function aConspiracy(people: readonly Person[], start: Start): Promise<Conspiracy> {
  const [admin, ...conspirators] = people as readonly [Person, ...Person[]]
  const created = await admin.api('POST', '/organisations', { name: unique('Target') })
  if (created.status !== 201)
    throw new Error(`founding an organisation was answered ${created.status}: ${created.text}`)
  const path = `/organisations/${created.body.id}`
  let key: Api | undefined
  const customRoles: (RoleId | undefined)[] = Array.from({ length: customRoleCount }, () => undefined)
  const roleAt = (place: number): RoleId | undefined =>
    builtInRoleIds[place] ?? customRoles[place - builtInRoleIds.length]

  async function memberIds(): Promise<(string | undefined)[]> {
    const { body } = await admin.api('GET', `${path}/members?limit=200`)
    return people.map(({ account }) => body.data.find((one: Answer['body']) => one.account.id === account.id)?.id)
  }

  async function pending(): Promise<Answer['body'][]> {
    return (await admin.api('GET', `${invitationsOf(created.body)}?limit=200&status=pending`)).body.data
  }

  /** The given one, or else the next conspirator, with whom something can be tried. */
  function nearest(place: number, fits: (place: number) => boolean): number | undefined {
    const others = [...conspirators.keys()].map((index) => ((place + index) % conspiratorCount) + 1)
    return [place, ...others].find(fits)
  }

  async function nearestInvited(place: number): Promise<{ person: Person; invitation: string } | undefined> {
    const open = await pending()
    const invitationTo = (one: number) => open.find(({ email }) => email === people[one]?.email)?.id
    const person = people[nearest(place, (one) => invitationTo(one) !== undefined) ?? -1]
    return person && { person, invitation: invitationTo(people.indexOf(person)) }
  }

  async function roleRequest(step: Extract<Step, { do: 'add' | 'invite' }>): Promise<Request | undefined> {
    const role = roleAt(step.role)
    const ids = await memberIds()
    const subject = nearest(step.subject, (place) => ids[place] === undefined)
    if (role === undefined || subject === undefined) return undefined
    const body = { email: people[subject]?.email, role }
    return ['POST', `${path}/${step.do === 'add' ? 'members' : 'invitations'}`, body]
  }

  async function memberRequest(step: Extract<Step, { do: 'change' | 'remove' | 'suspend' | 'resume' | 'transfer' }>) {
    const ids = await memberIds()
    const member = ids[nearest(step.subject, (place) => ids[place] !== undefined) ?? 0]
    switch (step.do) {
      case 'change': {
        const role = roleAt(step.role)
        return role && (['PATCH', `${path}/members/${member}`, { role }] as const)
      }
      case 'remove':
        return ['DELETE', `${path}/members/${member}`] as const
      case 'transfer':
        return ['POST', `${path}/transfer`, { member }] as const
      default:
        return ['POST', `${path}/members/${member}/${step.do}`] as const
    }
  }

  async function invitationRequest(step: Extract<Step, { do: 'resend' | 'withdraw' }>) {
    const invited = await nearestInvited(step.subject)
    if (invited === undefined) return undefined
    const invitation = `${path}/invitations/${invited.invitation}`
    return step.do === 'resend' ? (['POST', `${invitation}/resend`, {}] as const) : (['DELETE', invitation] as const)
  }

  async function exchangeRequest({ changes }: Extract<Step, { do: 'exchange' }>): Promise<Request> {
    const ids = await memberIds()
    const wanted = changes.flatMap(({ subject, role: place }) => {
      const [member, role] = [ids[subject], roleAt(place)]
      return member === undefined || role === undefined ? [] : { member, role }
    })
    return ['POST', `${path}/members/batch`, { changes: wanted }]
  }

  function composeRequest({ place, permissions }: Extract<Step, { do: 'compose' }>): Request {
    const role = customRoles[place]
    return role === undefined
      ? ['POST', `${path}/roles`, { name: unique('Role'), permissions }]
      : ['PATCH', `${path}/roles/${role}`, { permissions }]
  }

  function dissolveRequest({ place, replacement }: Extract<Step, { do: 'dissolve' }>): Request | undefined {
    const [role, other] = [customRoles[place], roleAt(replacement)]
    return role === undefined || other === undefined
      ? undefined
      : ['DELETE', `${path}/roles/${role}?replacement=${other}`]
  }

  function issueRequest({ role: place }: Extract<Step, { do: 'issue' }>): Request | undefined {
    const role = roleAt(place)
    return role && ['POST', `${path}/api-keys`, { name: unique('Key'), role }]
  }

  async function accept(place: number): Promise<Answer | undefined> {
    const invited = await nearestInvited(place)
    return invited?.person.api('POST', `/account/invitations/${invited.invitation}/accept`)
  }

  async function requestOf(step: Exclude<Step, { do: 'accept' }>): Promise<Request | undefined> {
    switch (step.do) {
      case 'add':
      case 'invite':
        return roleRequest(step)
      case 'change':
      case 'remove':
      case 'suspend':
      case 'resume':
      case 'transfer':
        return memberRequest(step)
      case 'resend':
      case 'withdraw':
        return invitationRequest(step)
      case 'exchange':
        return exchangeRequest(step)
      case 'compose':
        return composeRequest(step)
      case 'dissolve':
        return dissolveRequest(step)
      case 'show members':
        return ['PATCH', path, { developersSeeMembers: step.isShown }]
      case 'issue':
        return issueRequest(step)
      case 'declare':
        return ['PUT', `${path}/own-permissions`, { permissions: [{ name: ownPermission, roles: step.roles }] }]
    }
  }

  async function take(step: Step): Promise<Answer | undefined> {
    if (step.do === 'accept') return accept(step.actor)
    const request = await requestOf(step)
    const api = step.actor === keyActor ? key : people[step.actor]?.api
    const answer = request && (await api?.(...request))
    if (answer === undefined || answer.status >= 300) return answer
    if (step.do === 'compose') customRoles[step.place] ??= answer.body.id
    if (step.do === 'dissolve') customRoles[step.place] = undefined
    if (step.do === 'issue') key = apiOf(admin.url, answer.body.secret)
    return answer
  }

  await take({ do: 'declare', actor: 0, roles: [] })
  for (const [place, permissions] of start.compositions.entries()) {
    await take({ do: 'compose', actor: 0, place, permissions })
  }
  for (const [index, role] of start.roles.entries()) {
    if (role !== undefined) await take({ do: 'add', actor: 0, subject: index + 1, role })
  }

  return {
    take,
    async held() {
      const askers = [...conspirators.map(({ api }) => api), ...(key === undefined ? [] : [key])]
      const answers = await Promise.all(askers.map((ask) => ask('GET', `${path}/permissions`)))
      return answers.map(({ status, body }) => (status === 200 ? body : undefined))
    },
    async offered() {
      const emails = conspirators.map(({ email }) => email)
      const offers = (await pending()).filter(
        ({ email, inviter }) => inviter.id === admin.account.id && emails.includes(email),
      )
      if (offers.length === 0) return []
      const { body } = await admin.api('GET', `${path}/roles`)
      return offers.flatMap(({ role }) => body.data.find(({ id }: Answer['body']) => id === role).permissions)
    },
  }
}

/** What those who hold this can give each other: what they hold, and as the one exception Accounting, by a Manager. */
export function couldGive(held: readonly (Holding | undefined)[]): ReadonlySet<AnyPermission> {
  const own = held.flatMap((one) => one?.permissions ?? [])
  const manager: BuiltInRole = 'manager'
  return new Set(held.some((one) => one?.role === manager) ? [...own, ...permissionsOf('accounting')] : own)
}
