/**
 * Lists of members. Each order is a row of ranges of an index, one after the other, and a page goes on in the range in
 * which the last one ended; so the hundred-thousandth member is found as quickly as the first.
 */
import { builtInRoleIds, isBuiltIn, type Query, type RoleId } from '@rolecall/contract'
import { trusted } from 'mongoose'
import type { AccessModels, MembershipDocument } from '../access/documents.ts'
import type { Me } from '../access/me.ts'
import { type ListCursors, pageOf } from '../list-cursor.ts'
import { type Snapshot, within } from '../log/tx.ts'
import { matching } from '../word-search.ts'
import { shown } from './member.ts'

export type ListQuery = Omit<Query<'members', 'list'>, 'include'>

/** What the last member of a page is sorted by. */
interface Position {
  readonly id: string
  readonly name: string
  readonly role: RoleId
}

interface Range {
  readonly filter: object
  readonly sort: Readonly<Record<string, 1 | -1>>
}

/** So many may be sorted after they were found; of more, a page is met sooner by walking in order. */
const fewMatches = 500

export async function listMembers(
  { memberships }: Pick<AccessModels, 'memberships'>,
  snapshot: Snapshot,
  me: Me,
  cursors: ListCursors,
  { after, limit, ...query }: ListQuery,
) {
  const { q = '', role, status } = query
  const list = `members of ${me.organisation} ${JSON.stringify([query.sort, query.order, role, status, q])}`
  const cursor = cursors.read(list, after)
  // Signed: what was written here is read here.
  const position = cursor === undefined ? undefined : (JSON.parse(cursor) as Position)
  const words = matching(q)
  if (q.trim() !== '' && words.length === 0) return { data: [] }
  const rare = await rareOf(words, (word) =>
    memberships
      .find({ organisation: me.organisation, ...word }, { _id: 1 }, within(snapshot))
      .hint('organisation_search')
      .limit(fewMatches)
      .lean(),
  )
  // The first of them is the one that is looked up.
  const looked = rare === undefined ? words : [rare, ...words.filter((word) => word !== rare)]
  const wanted: Record<string, unknown> = {
    organisation: me.organisation,
    ...(role === undefined ? {} : { role }),
    ...(status === undefined ? { status: trusted({ $ne: 'gone' }) } : { status }),
    ...(looked.length === 0 ? {} : { $and: looked }),
  }
  const found: MembershipDocument[] = []
  for (const { filter, sort } of rangesOf(query, me, position)) {
    const hint = rare === undefined ? indexFor(query, filter) : 'organisation_search'
    const more = await memberships
      .find({ $and: [wanted, filter] }, null, within(snapshot))
      .sort(sort)
      .hint(hint)
      .limit(limit + 1 - found.length)
      .lean()
    found.push(...more)
    if (found.length > limit) break
  }
  return pageOf(found, limit, shown, ({ _id, sortName, role: held }) =>
    cursors.write(list, JSON.stringify({ id: _id, name: sortName, role: held } satisfies Position)),
  )
}

/** The word to look up: the first that few members have; undefined where many have them all. */
async function rareOf(
  words: readonly object[],
  find: (word: object) => PromiseLike<readonly unknown[]>,
): Promise<object | undefined> {
  for (const word of words) if ((await find(word)).length < fewMatches) return word
  const [first, ...more] = words
  // Each of them may be common, and both together rare.
  return more.length > 0 && (await find({ $and: words })).length < fewMatches ? first : undefined
}

/** Chosen here and not by the database, which knows less about what is many and what is few. */
function indexFor({ sort, role, status }: Omit<ListQuery, 'after' | 'limit'>, filter: object): string {
  if (status === 'suspended') return 'suspended'
  const isByRole = role !== undefined || 'role' in filter
  if (sort === 'name') return isByRole ? 'organisation_role_sortName' : 'organisation_sortName'
  return isByRole ? 'organisation_role_id' : 'organisation_id'
}

function rangesOf(
  { sort, order, role }: Omit<ListQuery, 'after' | 'limit'>,
  { grants }: Me,
  position: Position | undefined,
): readonly Range[] {
  const direction = order === 'asc' ? 1 : -1
  const beyond = (value: string) => trusted(order === 'asc' ? { $gt: value } : { $lt: value })
  const byId = { _id: direction } as const
  switch (sort) {
    case 'since':
      // Ids are in order of time.
      return [{ filter: position === undefined ? {} : { _id: beyond(position.id) }, sort: byId }]
    case 'name': {
      const byName = { sortName: direction, _id: direction } as const
      if (position === undefined) return [{ filter: {}, sort: byName }]
      return [
        { filter: { sortName: position.name, _id: beyond(position.id) }, sort: byId },
        { filter: { sortName: beyond(position.name) }, sort: byName },
      ]
    }
    case 'role': {
      const own = Object.keys(grants.own).filter((id) => !isBuiltIn(id as RoleId))
      const roles = role === undefined ? ([...builtInRoleIds, ...own.sort()] as RoleId[]) : [role]
      if (order === 'desc') roles.reverse()
      const rest = position === undefined ? roles : roles.filter((one) => isReached(one, position.role, order))
      return rest.map((one) => ({
        filter: { role: one, ...(one === position?.role ? { _id: beyond(position.id) } : {}) },
        sort: byId,
      }))
    }
  }
}

/** By place and not by looking for it: the role in which a page ended may be gone. */
function isReached(role: RoleId, last: RoleId, order: 'asc' | 'desc'): boolean {
  if (role === last) return true
  const isLater = placeOf(role) === placeOf(last) ? role > last : placeOf(role) > placeOf(last)
  return order === 'asc' ? isLater : !isLater
}

function placeOf(role: RoleId): number {
  return isBuiltIn(role) ? builtInRoleIds.indexOf(role) : builtInRoleIds.length
}
