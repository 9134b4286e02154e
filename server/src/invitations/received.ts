import type { ReceivedInvitation } from '@rolecall/contract'
import { trusted } from 'mongoose'
import { type Snapshot, within } from '../log/tx.ts'
import type { InvitationDocument } from '../members/invited/documents.ts'
import type { OrganisationModels } from '../organisations/documents.ts'
import type { RoleModels } from '../roles/documents.ts'
import * as roles from '../roles/role.ts'

/** Invitations as whoever is invited sees them. Those of deleted organisations are left out. */
export async function shownReceived(
  models: RoleModels & Pick<OrganisationModels, 'organisations'>,
  snapshot: Snapshot,
  invitations: readonly InvitationDocument[],
): Promise<ReceivedInvitation[]> {
  const ids = [...new Set(invitations.map(({ organisation }) => organisation))]
  const found = await models.organisations
    .find({ _id: trusted({ $in: ids }), deletedAt: trusted({ $exists: false }) }, { name: 1 }, within(snapshot))
    .lean()
  const names = new Map(found.map(({ _id, name }) => [_id, name]))
  const roleName = await roles.names(
    models,
    snapshot,
    invitations.map(({ role }) => role),
  )
  return invitations.flatMap(({ _id, organisation, email, role, inviter, sentAt, expiresAt }) => {
    const name = names.get(organisation)
    if (name === undefined) return []
    return {
      id: _id,
      organisation: { id: organisation, name },
      email,
      role: { id: role, name: roleName(role) },
      inviter: { name: inviter.name },
      sentAt: sentAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
    }
  })
}
