import type { BuiltInRole, Organisation } from '@rolecall/contract'
import type { OrganisationDocument } from './documents.ts'

/** An organisation as one of its members sees it. */
export function shown({ _id, name, personal, createdAt }: OrganisationDocument, role: BuiltInRole): Organisation {
  return { id: _id, name, personal, role, createdAt: createdAt.toISOString() }
}
