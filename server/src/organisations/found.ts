import { randomInt } from 'node:crypto'
import type { AccessModels, AccountDocument } from '../access/documents.ts'
import type { Snapshot, Tx } from '../log/tx.ts'
import { within } from '../log/tx.ts'
import * as members from '../members/join.ts'
import { claim, claimableKey, isFree } from './claims.ts'
import type { OrganisationDocument, OrganisationModels } from './documents.ts'

interface Founding {
  /** A new id, whose log the change has named as one that begins. */
  readonly id: string
  readonly name: string
  readonly description?: string
  readonly personal: boolean
  readonly founder: Pick<AccountDocument, '_id' | 'name' | 'email' | 'memberships'>
}

/** Position of a new organisation’s log after its founding: `organisation.created`, `member.added`. */
export const foundedSeq = 2

/**
 * Creates an organisation with its founder as Admin. The caller counts the founder’s `memberships` in the same
 * transaction. Throws `organisation_name_taken`, `membership_limit`, and `invalid_request` for a name that shows nothing.
 */
export async function found(
  models: OrganisationModels & Pick<AccessModels, 'memberships'>,
  tx: Tx,
  { id, name: typed, description = '', personal, founder }: Founding,
): Promise<OrganisationDocument> {
  const name = typed.trim()
  const nameKey = claimableKey(name)
  await claim(models, tx, nameKey, id)
  const organisation: OrganisationDocument = {
    _id: id,
    name,
    nameKey,
    description: description.trim(),
    developersSeeMembers: false,
    ...(personal ? { owner: founder._id } : { owner: null, founder: founder._id }),
    createdAt: tx.at,
  }
  await models.organisations.create([organisation], within(tx))
  tx.append(id, 'organisation.created', { organisation: { id, name, personal } })
  await members.joinAsFounder(models, tx, { organisation: id, account: founder, personal })
  return organisation
}

const maxNameLength = 64
// Without vowels, so that no word comes out, and without what is mistaken for something else.
const suffixLetters = '23456789bcdfghjkmnpqrstvwxz'
const suffixLength = 5

/**
 * A free name for the personal organisation of somebody called `person`: “Ada Lovelace’s organisation”, where that is
 * taken with some random letters behind it. Two people of one name can still choose the same at the same moment: on
 * `organisation_name_taken` the sign-up is made again.
 */
export async function personalName(
  models: Pick<OrganisationModels, 'names'>,
  snapshot: Snapshot,
  person: string,
): Promise<string> {
  const plain = fit(person, '’s organisation')
  return (await isFree(models, snapshot, claimableKey(plain))) ? plain : fit(person, `’s organisation ${suffix()}`)
}

/** Cuts `name` between characters as people see them, so that it fits with `ending`. */
function fit(name: string, ending: string): string {
  let fitting = ''
  for (const { segment } of new Intl.Segmenter().segment(name.trim().replace(/\s+/gu, ' '))) {
    if (fitting.length + segment.length + ending.length > maxNameLength) break
    fitting += segment
  }
  return `${fitting.trim()}${ending}`
}

function suffix(): string {
  return Array.from({ length: suffixLength }, () => suffixLetters.charAt(randomInt(suffixLetters.length))).join('')
}
