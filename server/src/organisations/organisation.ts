import type { Organisation, RoleId } from '@rolecall/contract'
import type { OrganisationDocument } from './documents.ts'

/** An organisation as one of its members sees it. */
export function shown({ _id, name, owner, createdAt }: OrganisationDocument, role: RoleId): Organisation {
  return { id: _id, name, personal: owner !== null, owner, role, createdAt: createdAt.toISOString() }
}
