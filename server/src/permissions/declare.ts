/** The permissions of an organisation’s own, in a change that has locked its log. */
import { isDeepStrictEqual } from 'node:util'
import { type Body, builtInRoleIds, type DeclaredPermission } from '@rolecall/contract'
import { trusted } from 'mongoose'
import type { AccessModels } from '../access/documents.ts'
import { type Grants, grantsIn, type OwnGrants } from '../access/grants.ts'
import type { Log } from '../log/log.ts'
import { type Snapshot, type Tx, within } from '../log/tx.ts'
import type { InvitationModels } from '../members/invited/documents.ts'
import { cancelUnsendable } from '../members/invited/end.ts'
import type { RoleModels } from '../roles/documents.ts'
import type { PermissionModels } from './documents.ts'

interface Parts {
  readonly models: PermissionModels & RoleModels & InvitationModels & Pick<AccessModels, 'memberships'>
  readonly log: Pick<Log, 'locked' | 'setGrants' | 'setDeclared'>
}

/** What is declared, by name. */
export async function read(
  { ownPermissions }: PermissionModels,
  snapshot: Snapshot,
  organisation: string,
): Promise<DeclaredPermission[]> {
  const found = await ownPermissions.findById(organisation, null, within(snapshot)).lean()
  return found?.permissions ?? []
}

/** Puts these in the place of all that were declared before; answers them as they are kept. What is so already is no event. */
export async function declare(
  { models, log }: Parts,
  tx: Tx,
  organisation: string,
  wanted: Body<'permissions', 'declare'>['permissions'],
): Promise<DeclaredPermission[]> {
  const before = await read(models, tx, organisation)
  const after = wanted.map(kept).sort(byName)
  if (isDeepStrictEqual(before, after)) return after
  const former = grantsIn(log.locked(tx, organisation))
  await models.ownPermissions.updateOne(
    { _id: organisation },
    { $set: { permissions: after } },
    { ...within(tx), upsert: true },
  )
  await withdraw({ models, log }, tx, organisation, former, without(before, after, 'name'))
  log.setDeclared(tx, organisation, Object.fromEntries(after.map(({ name, roles }) => [name, roles])))
  const grants = grantsIn(log.locked(tx, organisation))
  tx.append(organisation, 'permissions.declared', {
    before: without(before, after),
    after: without(after, before),
    roles: changedRoles(former, grants),
  })
  await cancelUnsendable(models, tx, organisation, { grants })
  return after
}

function kept({ name, description, roles }: Body<'permissions', 'declare'>['permissions'][number]): DeclaredPermission {
  const holding = new Set([...roles, 'admin'])
  return { name, description: description.trim(), roles: builtInRoleIds.filter((role) => holding.has(role)) }
}

const byName = (a: DeclaredPermission, b: DeclaredPermission) => (a.name < b.name ? -1 : 1)

/** Those of `some` that are not among `others`: as they are, or by name. */
function without(some: DeclaredPermission[], others: DeclaredPermission[], by?: 'name'): DeclaredPermission[] {
  const isSame = (one: DeclaredPermission, other: DeclaredPermission) =>
    by === undefined ? isDeepStrictEqual(one, other) : one[by] === other[by]
  return some.filter((one) => !others.some((other) => isSame(one, other)))
}

/** Takes what is no more out of the custom roles. */
async function withdraw(
  { models: { roles }, log }: Parts,
  tx: Tx,
  organisation: string,
  { own }: Grants,
  withdrawn: readonly DeclaredPermission[],
): Promise<void> {
  const names = withdrawn.map(({ name }) => name)
  if (names.length === 0) return
  const holding = await roles.find({ organisation, permissions: trusted({ $in: names }) }, null, within(tx)).lean()
  const narrowed: Record<string, OwnGrants[string]> = {}
  for (const { _id, permissions } of holding) {
    const left = permissions.filter((permission) => !names.some((name) => name === permission))
    await roles.updateOne({ _id }, { $set: { permissions: left } }, within(tx))
    narrowed[_id] = left
  }
  if (holding.length > 0) log.setGrants(tx, organisation, { ...own, ...narrowed })
}

function changedRoles(former: Grants, grants: Grants) {
  return grants.roles().flatMap((role) => {
    const [before, after] = [former.permissionsOf(role).list, grants.permissionsOf(role).list]
    return isDeepStrictEqual(before, after) ? [] : [{ role, permissions: [...after] }]
  })
}
