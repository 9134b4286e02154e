import type { Operations } from '../operation.ts'

export const organisations = {
  list: {
    method: 'GET',
    path: '/organisations',
    needs: 'self',
    status: 200,
    query: ['after', 'limit', 'deleted'],
    list: true,
    summary: 'List the organisations of which one is a member, the personal one first; or those one can restore',
  },
  create: { method: 'POST', path: '/organisations', needs: 'self', status: 201, summary: 'Create an organisation' },
  read: {
    method: 'GET',
    path: '/organisations/{organisation}',
    needs: 'organisation:read',
    status: 200,
    summary: 'Read an organisation',
  },
  update: {
    method: 'PATCH',
    path: '/organisations/{organisation}',
    needs: 'organisation:update',
    status: 200,
    revokes: true,
    summary: 'Rename or describe an organisation, or change its settings; a former name stays held for 30 days',
  },
  delete: {
    method: 'DELETE',
    path: '/organisations/{organisation}',
    needs: 'organisation:delete',
    status: 204,
    revokes: true,
    previews: true,
    summary: 'Delete an organisation; for 30 days its Admins can restore it, and its name stays held',
  },
  restore: {
    method: 'POST',
    path: '/organisations/{organisation}/restore',
    needs: 'organisation:delete',
    status: 200,
    people: true,
    summary: 'Bring back a deleted organisation with its members, roles and invitations',
  },
} as const satisfies Operations
