import type { Operations } from '../operation.ts'

export const roles = {
  list: {
    method: 'GET',
    path: '/organisations/{organisation}/roles',
    needs: 'organisation:read',
    status: 200,
    summary: 'The roles of an organisation, built-in and custom, with what each permits',
  },
  create: {
    method: 'POST',
    path: '/organisations/{organisation}/roles',
    needs: 'role:manage',
    status: 201,
    summary: 'Compose a role; what its permissions imply is added',
  },
  update: {
    method: 'PATCH',
    path: '/organisations/{organisation}/roles/{role}',
    needs: 'role:manage',
    status: 200,
    revokes: true,
    previews: true,
    summary: 'Rename a custom role, or widen or narrow it for all who hold it',
  },
  delete: {
    method: 'DELETE',
    path: '/organisations/{organisation}/roles/{role}',
    needs: 'role:manage',
    status: 204,
    query: ['replacement'],
    revokes: true,
    previews: true,
    summary: 'Delete a custom role that nobody holds, or give its holders, at most 1,000, another one',
  },
} as const satisfies Operations
