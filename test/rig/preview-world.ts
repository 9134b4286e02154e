/** Organisations as chance makes them, and what may be done to them: for the comparison of previews with what happens. */
import { type AnyPermission, adminOnlyPermissions, allPermissions, builtInRoleIds } from '@rolecall/contract'
import fc from 'fast-check'
import { type Answer, type Api, apiOf, type Person, unique } from './people.ts'
import { anywhere } from './webhooks.ts'

const customRoles = 2
const peopleCount = 5
const keyCount = 3
const declarable = ['report:read', 'report:approve'] as const
const composable: readonly AnyPermission[] = [
  ...allPermissions.filter((permission) => !adminOnlyPermissions.includes(permission)),
  ...declarable,
]

/** Members are named by their place: the founder is 0. Roles too: the built-in ones, then the custom ones. */
const place = fc.nat({ max: peopleCount - 1 })
/** Mostly somebody who may do something: the founder, until they are brought down. */
const powerful = fc.oneof({ weight: 1, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: place })
/** Members, and after them API keys. */
const actor = fc.oneof(
  { weight: 4, arbitrary: powerful },
  { weight: 1, arbitrary: fc.integer({ min: peopleCount, max: peopleCount + keyCount - 1 }) },
)
const role = fc.nat({ max: builtInRoleIds.length + customRoles - 1 })
const customRole = fc.integer({ min: builtInRoleIds.length, max: builtInRoleIds.length + customRoles - 1 })
const [admin, manager] = [builtInRoleIds.indexOf('admin'), builtInRoleIds.indexOf('manager')]
/** One with which there is something to lose, more often than not. */
const ofMember = fc.oneof(fc.constantFrom(admin, manager), customRole, role)
const ofChange = fc.oneof({ weight: 4, arbitrary: customRole }, { weight: 1, arbitrary: role })
const permissions = fc.subarray([...composable])
const action = fc.constantFrom('remove', 'suspend', 'resume')
const change = fc.oneof(fc.record({ member: place, role }), fc.record({ member: place, action }))

export const aWorld = fc.record({
  members: fc.array(fc.record({ role: ofMember, isSuspended: fc.nat(3).map((one) => one === 0) }), {
    minLength: 2,
    maxLength: peopleCount - 1,
  }),
  developersSeeMembers: fc.boolean(),
  /** Which built-in roles hold what the organisation has declared. */
  declared: fc.tuple(...declarable.map(() => fc.subarray(['manager', 'developer', 'accounting']))),
  compositions: fc.array(permissions, { minLength: customRoles, maxLength: customRoles }),
  invitations: fc.array(fc.record({ inviter: powerful, role }), { minLength: 1, maxLength: 4 }),
  keys: fc.array(fc.record({ issuer: powerful, role: ofMember }), { minLength: 1, maxLength: keyCount }),
  webhooks: fc.array(powerful, { minLength: 1, maxLength: 3 }),
})
const kind = <Kind extends string>(...kinds: Kind[]) => fc.constantFrom(...kinds)
export const anOperation = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: kind('changeRole'), actor, member: place, role }) },
  { weight: 5, arbitrary: fc.record({ kind: action, actor, member: place }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('transfer'), actor: powerful, member: place }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: kind('batch'),
      actor,
      changes: fc.uniqueArray(change, { minLength: 1, maxLength: 4, selector: ({ member }) => member }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: kind('narrowRole'), actor, role: ofChange, permissions }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('deleteRole'), actor, role: ofChange, replacement: role }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('deleteOrganisation'), actor }) },
)

type World = typeof aWorld extends fc.Arbitrary<infer Value> ? Value : never
export type Operation = typeof anOperation extends fc.Arbitrary<infer Value> ? Value : never

/** Whoever can ask. */
export interface Asker {
  /** Of the account, or of the key. */
  readonly id: string
  readonly api: Api
}

export interface Scene {
  readonly organisation: string
  readonly people: readonly Person[]
  readonly members: readonly string[]
  readonly roles: readonly string[]
  readonly keys: readonly (Asker & { readonly issuer: string })[]
  /** All of them at rest. */
  readonly webhooks: readonly { readonly id: string; readonly owner: string }[]
}

const pick = <Item>(items: readonly Item[], index: number): Item => items[index % items.length] as Item

export function askersIn({ people, keys }: Pick<Scene, 'people' | 'keys'>): readonly Asker[] {
  return [...people.map(({ account: { id }, api }) => ({ id, api })), ...keys]
}

/** Whoever acts: a member in most cases, else a key where there is one. */
export function actorOf({ people, keys }: Pick<Scene, 'people' | 'keys'>, index: number): Asker {
  return index < peopleCount || keys.length === 0
    ? pick(askersIn({ people, keys: [] }), index)
    : pick(keys, index - peopleCount)
}

/** Whoever arranges must not be refused: what is compared in no organisation is alike. */
function made({ status, text, body }: Answer): Answer['body'] {
  if (status !== 201) throw new Error(`arranging a world was answered ${status}: ${text}`)
  return body
}

export async function arrange(everybody: readonly Person[], world: World): Promise<Scene> {
  const people = everybody.slice(0, world.members.length + 1)
  const founder = pick(people, 0)
  const organisation = made(await founder.api('POST', '/organisations', { name: unique('World') })).id
  const path = `/organisations/${organisation}`
  await founder.api('PATCH', path, { developersSeeMembers: world.developersSeeMembers })
  await founder.api('PUT', `${path}/own-permissions`, {
    permissions: declarable.map((name, index) => ({ name, roles: world.declared[index] })),
  })
  const roles: string[] = [...builtInRoleIds]
  for (const composition of world.compositions) {
    const role = { name: unique('Role'), permissions: composition }
    roles.push(made(await founder.api('POST', `${path}/roles`, role)).id)
  }
  const members = [(await founder.api('GET', `${path}/permissions`)).body.member]
  for (const [index, one] of world.members.entries()) {
    const email = people[index + 1]?.email
    members.push(made(await founder.api('POST', `${path}/members`, { email, role: roles[one.role] })).id)
  }
  const keys: Scene['keys'][number][] = []
  for (const one of world.keys) {
    const { api, account, url } = pick(people, one.issuer)
    const { status, body } = await api('POST', `${path}/api-keys`, { name: unique('Key'), role: roles[one.role] })
    if (status === 201) keys.push({ id: body.id, issuer: account.id, api: apiOf(url, body.secret) })
  }
  for (const invitation of world.invitations) {
    const { api } = pick(people, invitation.inviter)
    const email = `${unique('guest').replace(' ', '-')}@example.com`
    await api('POST', `${path}/invitations`, { email, role: roles[invitation.role] })
  }
  const webhooks: Scene['webhooks'][number][] = []
  for (const owner of world.webhooks) {
    const { api, account } = pick(people, owner)
    const { status, body } = await api('POST', `${path}/webhooks`, { url: await anywhere(), enabled: false })
    if (status === 201) webhooks.push({ id: body.id, owner: account.id })
  }
  for (const [index, { isSuspended }] of world.members.entries()) {
    if (isSuspended) await founder.api('POST', `${path}/members/${members[index + 1]}/suspend`)
  }
  return { organisation, people, members, roles, keys, webhooks }
}

/** The request of an operation, without the question whether it is only asked. */
export function request(
  { organisation, members, roles }: Scene,
  operation: Operation,
): [method: string, path: string, body?: object] {
  const path = `/organisations/${organisation}`
  const member = (index: number) => pick(members, index)
  switch (operation.kind) {
    case 'changeRole':
      return ['PATCH', `${path}/members/${member(operation.member)}`, { role: roles[operation.role] }]
    case 'remove':
      return ['DELETE', `${path}/members/${member(operation.member)}`]
    case 'suspend':
    case 'resume':
      return ['POST', `${path}/members/${member(operation.member)}/${operation.kind}`]
    case 'transfer':
      return ['POST', `${path}/transfer`, { member: member(operation.member) }]
    case 'batch': {
      const changes = operation.changes.map((one) => ({
        member: member(one.member),
        ...('role' in one ? { role: roles[one.role] } : { action: one.action }),
      }))
      return ['POST', `${path}/members/batch`, { changes }]
    }
    case 'narrowRole':
      return ['PATCH', `${path}/roles/${roles[operation.role]}`, { permissions: operation.permissions }]
    case 'deleteRole':
      return ['DELETE', `${path}/roles/${roles[operation.role]}?replacement=${roles[operation.replacement]}`]
    case 'deleteOrganisation':
      return ['DELETE', path]
  }
}
