import type { Operations } from '../operation.ts'

export const members = {
  list: {
    method: 'GET',
    path: '/organisations/{organisation}/members',
    needs: 'member:read',
    status: 200,
    query: ['after', 'limit'],
    list: true,
    summary: 'List the members',
  },
  add: {
    method: 'POST',
    path: '/organisations/{organisation}/members',
    needs: 'member:manage',
    status: 201,
    summary: 'Add an existing account as a member',
  },
  read: {
    method: 'GET',
    path: '/organisations/{organisation}/members/{member}',
    needs: 'member:read',
    status: 200,
    summary: 'Read a member',
  },
  changeRole: {
    method: 'PATCH',
    path: '/organisations/{organisation}/members/{member}',
    needs: 'member:manage',
    status: 200,
    revokes: true,
    summary: 'Change a member’s role',
  },
  remove: {
    method: 'DELETE',
    path: '/organisations/{organisation}/members/{member}',
    needs: 'member:manage',
    alsoSelf: true,
    status: 204,
    revokes: true,
    summary: 'Remove a member, or leave',
  },
} as const satisfies Operations
