import { isDeepStrictEqual } from 'node:util'
import { type AnyPermission, builtInRoles, completed, isOurs, maxListed, problem } from '@rolecall/contract'
import type { Access } from '../access/access.ts'
import type { AccessModels } from '../access/documents.ts'
import { grantsIn, type OwnGrants } from '../access/grants.ts'
import type { Me } from '../access/me.ts'
import { duplicateKeyOf } from '../database/duplicate-key.ts'
import type { Handlers } from '../http/call.ts'
import { newId } from '../ids.ts'
import type { Log } from '../log/log.ts'
import { type Snapshot, type Tx, within } from '../log/tx.ts'
import type { InvitationModels } from '../members/invited/documents.ts'
import { cancelUnsendable } from '../members/invited/end.ts'
import { nameKey } from '../organisations/names.ts'
import type { RoleDocument, RoleModels } from './documents.ts'
import { all, shown } from './role.ts'

interface Parts {
  readonly models: RoleModels & InvitationModels & Pick<AccessModels, 'memberships' | 'apiKeys'>
  readonly access: Access
  readonly log: Pick<Log, 'locked' | 'setGrants'>
}

/** The head of the log, which every request reads, carries what they permit. */
const maxRoles = maxListed.customRoles
/** Of one deletion, so that its transaction ends in time. */
const maxReplaced = 1_000
const builtInKeys = new Set(Object.values(builtInRoles).map(({ name }) => nameKey(name)))

export function createRoles({ models, access, log }: Parts): Handlers<'roles'> {
  const { roles, memberships, apiKeys } = models

  async function existing(id: string, organisation: string, snapshot: Snapshot): Promise<RoleDocument> {
    if (Object.hasOwn(builtInRoles, id)) {
      throw problem('forbidden', { detail: 'The built-in roles stay as they are. Compose a role of your own.' })
    }
    const role = isCustom(id) ? await roles.findOne({ _id: id, organisation }, null, within(snapshot)).lean() : null
    if (role === null) throw problem('not_found')
    return role
  }

  function keep(tx: Tx, { organisation, grants }: Me, changed: OwnGrants): void {
    log.setGrants(tx, organisation, { ...grants.own, ...changed })
  }

  /** Once the role is another or no more: invitations to it, and of those who hold it. */
  async function cancelInvitations(tx: Tx, organisation: string): Promise<void> {
    await cancelUnsendable(models, tx, organisation, { grants: grantsIn(log.locked(tx, organisation)) })
  }

  return {
    list: (call) =>
      access.readOrganisation(call, async (snapshot, { organisation, grants }) => ({
        data: await all(models, snapshot, organisation, grants),
      })),

    create: (call) =>
      access.changeOrganisation(call, async (tx, me, organisation) => {
        checkDeclared(me, call.body.permissions)
        const count = await roles.countDocuments({ organisation }, within(tx))
        if (count >= maxRoles) throw problem('role_limit', { detail: `There can be ${maxRoles}. Delete one first.` })
        const role: RoleDocument = {
          _id: newId('rol'),
          organisation,
          ...named(call.body.name),
          description: call.body.description.trim(),
          permissions: [...completed(call.body.permissions)],
        }
        await roles.create([role], within(tx)).catch(refuseTakenName)
        keep(tx, me, { [role._id]: role.permissions })
        tx.append(organisation, 'role.created', { role: { ...shown(role), id: role._id } })
        return shown(role)
      }),

    update: (call) =>
      access.changeOrganisation(call, async (tx, me, organisation) => {
        const role = await existing(call.params.role, organisation, tx)
        const { name, description, permissions } = call.body
        checkDeclared(me, permissions ?? [])
        const changed: RoleDocument = {
          ...role,
          ...(name === undefined ? {} : named(name)),
          ...(description === undefined ? {} : { description: description.trim() }),
          ...(permissions === undefined ? {} : { permissions: [...completed(permissions)] }),
        }
        if (isDeepStrictEqual(changed, role)) return shown(role)
        const { _id, ...content } = changed
        await roles.updateOne({ _id }, { $set: content }, within(tx)).catch(refuseTakenName)
        keep(tx, me, { [_id]: changed.permissions })
        tx.append(organisation, 'role.updated', {
          role: { id: _id, name: changed.name },
          before: composition(role),
          after: composition(changed),
        })
        await cancelInvitations(tx, organisation)
        return shown(changed)
      }),

    delete: (call) =>
      access.changeOrganisation(call, async (tx, me, organisation) => {
        const role = await existing(call.params.role, organisation, tx)
        const { replacement } = call.query
        if (replacement === role._id) {
          throw problem('invalid_request', { detail: 'A role cannot be replaced by itself. Choose another one.' })
        }
        const held = { organisation, role: role._id }
        const count = await memberships.countDocuments(held, { ...within(tx), limit: maxReplaced + 1 })
        const keys = await apiKeys.countDocuments(held, within(tx))
        if (count > maxReplaced) {
          throw problem('role_in_use', {
            detail: `More than ${maxReplaced} members hold it, too many for one change: give them other roles first.`,
          })
        }
        if (count + keys > 0 && replacement === undefined) {
          throw problem('role_in_use', {
            detail: `${holders(count, keys)} it. Say by \`replacement\` which role they get instead.`,
          })
        }
        if (replacement !== undefined) {
          me.grants.grant(replacement)
          await memberships.updateMany(held, { $set: { role: replacement } }, within(tx))
          await apiKeys.updateMany(held, { $set: { role: replacement } }, within(tx))
        }
        await roles.deleteOne({ _id: role._id }, within(tx))
        const { [role._id]: _, ...others } = me.grants.own
        log.setGrants(tx, organisation, others)
        tx.append(organisation, 'role.deleted', {
          role: { id: role._id, name: role.name },
          ...(replacement === undefined ? {} : { replacement: me.grants.record(replacement) }),
        })
        await cancelInvitations(tx, organisation)
        return undefined
      }),
  }
}

function checkDeclared({ grants }: Me, permissions: readonly AnyPermission[]): void {
  const index = permissions.findIndex((one) => !isOurs(one) && !Object.hasOwn(grants.declared, one))
  if (index === -1) return
  const message = `The organisation has declared no permission ${permissions[index]}`
  throw problem('invalid_request', { detail: `${message}.`, errors: [{ path: `permissions.${index}`, message }] })
}

function holders(members: number, keys: number): string {
  const counted = [counting(members, 'member'), counting(keys, 'API key')].filter((text) => text !== undefined)
  return `${counted.join(' and ')} ${members + keys === 1 ? 'holds' : 'hold'}`
}

function counting(count: number, what: string): string | undefined {
  if (count === 0) return undefined
  return count === 1 ? `One ${what}` : `${count} ${what}s`
}

const isCustom = (id: string): id is RoleDocument['_id'] => id.startsWith('rol_')

function named(typed: string) {
  const name = typed.trim()
  const key = nameKey(name)
  if (key === '') throw problem('invalid_request', { detail: 'This name shows nothing.' })
  if (builtInKeys.has(key)) throw problem('role_name_taken', { detail: `${name} is the name of a built-in role.` })
  return { name, nameKey: key }
}

function composition({ name, description, permissions }: RoleDocument) {
  return { name, description, permissions }
}

function refuseTakenName(error: unknown): never {
  throw duplicateKeyOf(error) === 'organisation_nameKey' ? problem('role_name_taken') : error
}
