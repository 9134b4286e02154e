import type { Organisation, RoleId } from '@rolecall/contract'
import { heldForMs } from './claims.ts'
import type { OrganisationDocument } from './documents.ts'

/** Until when a deleted organisation can be restored: as long as its name is held. */
export const restorableUntil = (deletedAt: Date): Date => new Date(deletedAt.getTime() + heldForMs)

/** An organisation as one of its members sees it, with their role. */
export function shown(
  { _id, name, description, developersSeeMembers, owner, createdAt, deletedAt }: OrganisationDocument,
  role: RoleId,
  roleName: string,
): Organisation {
  return {
    id: _id,
    name,
    // Documents from before these fields were do not have them.
    description: description ?? '',
    personal: owner !== null,
    owner,
    role,
    roleName,
    developersSeeMembers: developersSeeMembers ?? false,
    createdAt: createdAt.toISOString(),
    ...(deletedAt === undefined
      ? {}
      : { deletedAt: deletedAt.toISOString(), restorableUntil: restorableUntil(deletedAt).toISOString() }),
  }
}
