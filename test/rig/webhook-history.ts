/** Random histories of an endpoint: what becomes of its owner, what is asked of it, and how its receiver behaves. */
import { builtInRoleIds } from '@rolecall/contract'
import fc from 'fast-check'

/** Who may come to own it, beside the Admin. */
export const peopleCount = 3
const customRoles = 2
const composable = ['member:read', 'application:read', 'billing:read', 'repository:read']
const patterns = ['organisation.*', 'member.*', 'role.*', 'application.created', 'invoice.*', 'webhook.*']

const named = <Name extends string>(...names: Name[]) => fc.constantFrom(...names)
/** By their places. The Admin is the last one. */
const somebody = fc.nat({ max: peopleCount })
/** Somebody who may come to own it, mostly whoever does. */
const person = fc.oneof(named('owner'), fc.nat({ max: peopleCount - 1 }))
/** Mostly one that lets its holders manage webhooks. Custom ones follow on the built-in ones. */
const role = fc.oneof(
  { weight: 2, arbitrary: named('admin', 'manager').map((id) => builtInRoleIds.indexOf(id)) },
  { weight: 1, arbitrary: fc.nat({ max: builtInRoleIds.length - 1 }) },
  { weight: 3, arbitrary: fc.integer({ min: builtInRoleIds.length, max: builtInRoleIds.length + customRoles - 1 }) },
)
const place = fc.nat({ max: customRoles - 1 })
const permissions = fc
  .tuple(fc.subarray(composable), fc.nat(3))
  .map(([some, chance]) => (chance === 3 ? some : [...some, 'webhook:manage']))
const types = fc.oneof(
  { weight: 2, arbitrary: fc.constant(['*']) },
  { weight: 1, arbitrary: fc.subarray(patterns, { minLength: 1 }) },
)
const concurrency = fc.constantFrom(1, 4, 20)
const mood = named('takes', 'fails', 'fails now and then', 'is overloaded', 'breaks off', 'holds', 'is gone')

const anAction = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: named('give'), person, role }) },
  { weight: 1, arbitrary: fc.record({ do: named('exchange'), roles: fc.tuple(role, role) }) },
  { weight: 3, arbitrary: fc.record({ do: named('suspend', 'resume', 'remove'), person }) },
  { weight: 2, arbitrary: fc.record({ do: named('add'), person, role }) },
  { weight: 3, arbitrary: fc.record({ do: named('compose'), place, permissions }) },
  { weight: 1, arbitrary: fc.record({ do: named('dissolve'), place, replacement: role }) },
  { weight: 1, arbitrary: fc.record({ do: named('delete and restore') }) },
  { weight: 4, arbitrary: fc.record({ do: named('adopt'), by: somebody }) },
  { weight: 2, arbitrary: fc.record({ do: named('pause'), by: somebody }) },
  { weight: 3, arbitrary: fc.record({ do: named('go on'), by: somebody }) },
  { weight: 2, arbitrary: fc.record({ do: named('choose'), chosen: fc.record({ types }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: named('choose'), chosen: fc.record({ ordered: fc.boolean(), concurrency }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: named('move', 'rotate', 'test'), by: somebody }) },
  { weight: 1, arbitrary: fc.record({ do: named('replay'), share: fc.nat(100), exhausted: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: named('redeliver'), index: fc.nat(20) }) },
  { weight: 5, arbitrary: fc.record({ do: named('turn'), mood }) },
)
const aKind = named('organisation', 'member', 'application', 'invoice', 'api key', 'own permissions')

/** Steps in which another server takes over, with posts under way where it can be. */
const change = fc.record({
  /** Whatever comes is held from before the step. */
  holds: fc.boolean(),
  /** So many times it is asked whether a post is held by now. */
  looks: fc.nat({ max: 5 }),
})

export const aHistory = fc.record({
  /** How a server follows on another. */
  succession: named('restart', 'takeover'),
  compositions: fc.array(permissions, { minLength: customRoles, maxLength: customRoles }),
  chosen: fc.record({ types, ordered: fc.boolean(), concurrency }),
  /** How the receiver behaves at first. */
  mood,
  steps: fc.array(
    fc.record({
      /** Two are made at the same time. */
      actions: fc.oneof(
        { weight: 3, arbitrary: fc.tuple(anAction) },
        { weight: 1, arbitrary: fc.tuple(anAction, anAction) },
      ),
      /** What happens meanwhile, of which one may see the one and not the other. */
      beside: fc.array(aKind, { maxLength: 3 }),
      /** Of the server that sends, after all this was answered. */
      change: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: change }),
      /** Seconds: to the next try, or past a failing endpoint's end. */
      passes: fc.oneof(
        { weight: 5, arbitrary: fc.constant(1) },
        { weight: 3, arbitrary: fc.constantFrom(6, 360, 90_000) },
      ),
    }),
    { minLength: 4, maxLength: 14 },
  ),
  /** Who owns it in the end. */
  heir: somebody,
})

const something = ['organisation', 'member', 'application'] as const

/** Of which each has posts under way as another server takes over, however busy the machine is. */
export const brokenOffHistories: readonly History[] = (['restart', 'takeover'] as const).map((succession) => ({
  succession,
  compositions: [['webhook:manage'], ['webhook:manage']],
  chosen: { types: ['*'], ordered: succession === 'takeover', concurrency: 4 },
  mood: 'takes',
  steps: [
    {
      actions: [{ do: 'test', by: peopleCount }],
      beside: [...something],
      change: { holds: true, looks: Number.POSITIVE_INFINITY },
      passes: 1,
    },
    {
      actions: [{ do: 'turn', mood: 'fails' }],
      beside: [...something],
      change: { holds: false, looks: 3 },
      passes: 1,
    },
  ],
  heir: 0,
}))

type ValueOf<Arbitrary> = Arbitrary extends fc.Arbitrary<infer Value> ? Value : never
export type Action = ValueOf<typeof anAction>
export type Kind = ValueOf<typeof aKind>
export type Change = ValueOf<typeof change>
export type Mood = ValueOf<typeof mood>
export type History = ValueOf<typeof aHistory>
