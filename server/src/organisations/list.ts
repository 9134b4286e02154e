import type { Organisation, Page } from '@rolecall/contract'
import { trusted } from 'mongoose'
import type { AccessModels, MembershipDocument } from '../access/documents.ts'
import { type ListCursors, pageOf } from '../list-cursor.ts'
import { type Snapshot, within } from '../log/tx.ts'
import type { RoleModels } from '../roles/documents.ts'
import * as roles from '../roles/role.ts'
import { heldForMs } from './claims.ts'
import type { OrganisationDocument, OrganisationModels } from './documents.ts'
import { shown } from './organisation.ts'

export type ListModels = Pick<AccessModels, 'memberships'> & Pick<OrganisationModels, 'organisations'> & RoleModels

interface Request {
  readonly account: string
  readonly after?: string | undefined
  readonly limit: number
}

type Own = Pick<MembershipDocument, 'organisation' | 'role' | 'personalOwner'>
type Listed = Page<Organisation> & { data: Organisation[] }

async function ownOf({ memberships }: ListModels, snapshot: Snapshot, account: string): Promise<Own[]> {
  return memberships
    .find({ 'account.id': account, status: 'active' }, { organisation: 1, role: 1, personalOwner: 1 }, within(snapshot))
    .lean()
}

async function shownAll(
  models: ListModels,
  snapshot: Snapshot,
  found: readonly OrganisationDocument[],
  own: readonly Own[],
): Promise<(organisation: OrganisationDocument) => Organisation> {
  const roleIn = new Map(own.map(({ organisation, role }) => [organisation, role]))
  const ids = found.flatMap(({ _id }) => roleIn.get(_id) ?? [])
  const nameOf = await roles.names(models, snapshot, ids)
  return (organisation) => {
    const role = roleIn.get(organisation._id)
    if (role === undefined) throw new Error(`${organisation._id} is listed for somebody who is no member`)
    return shown(organisation, role, nameOf(role))
  }
}

/** The organisations of which somebody is a member: the personal one, then the others in order of creation. */
export async function listOwn(
  models: ListModels,
  snapshot: Snapshot,
  cursors: ListCursors,
  { account, after, limit }: Request,
): Promise<Listed> {
  const list = `organisations of ${account}`
  // The personal organisation has no position: it stands before all others, which follow in order of creation.
  const position = cursors.read(list, after)
  const own = await ownOf(models, snapshot, account)
  const personal = own.filter(({ personalOwner }) => personalOwner).map(({ organisation }) => organisation)
  const others = own.filter(({ personalOwner }) => !personalOwner).map(({ organisation }) => organisation)
  const isOpen = { deletedAt: trusted({ $exists: false }) }
  const first =
    position === undefined
      ? await models.organisations.find({ _id: trusted({ $in: personal }), ...isOpen }, null, within(snapshot)).lean()
      : []
  const rest = await models.organisations
    .find({ _id: trusted({ $in: others, $gt: position ?? '' }), ...isOpen }, null, within(snapshot))
    .sort({ _id: 1 })
    .limit(limit + 1)
    .lean()
  const found = [...first, ...rest]
  const show = await shownAll(models, snapshot, found, own)
  return pageOf(found, limit, show, ({ _id }) => cursors.write(list, personal.includes(_id) ? '' : _id))
}

/** The deleted organisations that somebody can restore, in order of creation. */
export async function listDeleted(
  models: ListModels,
  snapshot: Snapshot,
  cursors: ListCursors,
  { account, after, limit, now }: Request & { readonly now: Date },
): Promise<Listed> {
  const list = `deleted organisations of ${account}`
  const position = cursors.read(list, after)
  const own = await ownOf(models, snapshot, account)
  const administered = own.filter(({ role }) => role === 'admin').map(({ organisation }) => organisation)
  const found = await models.organisations
    .find(
      {
        _id: trusted({ $in: administered, $gt: position ?? '' }),
        deletedAt: trusted({ $gt: new Date(now.getTime() - heldForMs) }),
        owner: null,
      },
      null,
      within(snapshot),
    )
    .sort({ _id: 1 })
    .limit(limit + 1)
    .lean()
  const show = await shownAll(models, snapshot, found, own)
  return pageOf(found, limit, show, ({ _id }) => cursors.write(list, _id))
}
