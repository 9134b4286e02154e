import { type Body, developerPermissionsWithMembers, permissionsOf, problem } from '@rolecall/contract'
import type { Me } from '../access/me.ts'
import type { Log } from '../log/log.ts'
import { type Tx, within } from '../log/tx.ts'
import { claimableKey, exchange } from './claims.ts'
import type { OrganisationDocument, OrganisationModels } from './documents.ts'

/** Changes what is said to be changed, each with an event of its own; answers the organisation as it is then. */
export async function update(
  { models, log }: { readonly models: OrganisationModels; readonly log: Pick<Log, 'setGrants'> },
  tx: Tx,
  me: Me,
  organisation: OrganisationDocument,
  { name, description, developersSeeMembers }: Body<'organisations', 'update'>,
): Promise<OrganisationDocument> {
  let changed = organisation
  if (name !== undefined) changed = await rename(models, tx, changed, name.trim())
  if (description !== undefined) changed = await describe(models, tx, changed, description.trim())
  if (developersSeeMembers !== undefined) {
    changed = await letDevelopersSee({ models, log }, tx, me, changed, developersSeeMembers)
  }
  return changed
}

async function rename(
  models: OrganisationModels,
  tx: Tx,
  organisation: OrganisationDocument,
  name: string,
): Promise<OrganisationDocument> {
  const { _id } = organisation
  if (name === organisation.name) return organisation
  const nameKey = claimableKey(name)
  if (nameKey !== organisation.nameKey) await exchange(models, tx, _id, { from: organisation, to: nameKey })
  await models.organisations.updateOne({ _id }, { $set: { name, nameKey } }, within(tx))
  tx.append(_id, 'organisation.renamed', { before: { name: organisation.name }, after: { name } })
  return { ...organisation, name, nameKey }
}

async function describe(
  { organisations }: OrganisationModels,
  tx: Tx,
  organisation: OrganisationDocument,
  description: string,
): Promise<OrganisationDocument> {
  const { _id, description: before = '' } = organisation
  if (description === before) return organisation
  await organisations.updateOne({ _id }, { $set: { description } }, within(tx))
  tx.append(_id, 'organisation.described', { before: { description: before }, after: { description } })
  return { ...organisation, description }
}

async function letDevelopersSee(
  { models, log }: { readonly models: OrganisationModels; readonly log: Pick<Log, 'setGrants'> },
  tx: Tx,
  { grants, permissions: held }: Me,
  organisation: OrganisationDocument,
  developersSeeMembers: boolean,
): Promise<OrganisationDocument> {
  const { _id, developersSeeMembers: before = false } = organisation
  if (developersSeeMembers === before) return organisation
  // A setting gives a permission too: nobody gives what they do not hold.
  if (developersSeeMembers && !held.has('member:read')) {
    throw problem('forbidden', { detail: 'This gives Developers the permission member:read, which your role lacks.' })
  }
  await models.organisations.updateOne({ _id }, { $set: { developersSeeMembers } }, within(tx))
  const { developer: _, ...others } = grants.own
  const permissions = [...(developersSeeMembers ? developerPermissionsWithMembers : permissionsOf('developer'))]
  log.setGrants(tx, _id, developersSeeMembers ? { ...others, developer: permissions } : others)
  // No invitation hangs on it: who may give roles sees the members anyway.
  tx.append(_id, 'organisation.settings_changed', {
    before: { developersSeeMembers: before },
    after: { developersSeeMembers },
    developer: { permissions },
  })
  return { ...organisation, developersSeeMembers }
}
