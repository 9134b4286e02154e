import type { Operations } from '../operation.ts'

export const organisations = {
  list: {
    method: 'GET',
    path: '/organisations',
    needs: 'self',
    status: 200,
    query: ['after', 'limit'],
    list: true,
    summary: 'List the organisations of which one is a member, the personal one first',
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
    summary: 'Rename an organisation; the former name stays held for 30 days',
  },
  delete: {
    method: 'DELETE',
    path: '/organisations/{organisation}',
    needs: 'organisation:delete',
    status: 204,
    revokes: true,
    summary: 'Delete an organisation; its name stays held for 30 days',
  },
} as const satisfies Operations
