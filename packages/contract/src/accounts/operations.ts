import type { Operations } from '../operation.ts'

export const accounts = {
  create: {
    method: 'POST',
    path: '/accounts',
    needs: 'anyone',
    status: 201,
    summary: 'Sign up: an account, its personal organisation and a session',
  },
  read: { method: 'GET', path: '/account', needs: 'self', status: 200, summary: 'Read one’s own account' },
  update: { method: 'PATCH', path: '/account', needs: 'self', status: 200, summary: 'Change one’s own name' },
  changePassword: {
    method: 'POST',
    path: '/account/password',
    needs: 'self',
    status: 204,
    revokes: true,
    summary: 'Change one’s own password; ends all other sessions',
  },
  delete: {
    method: 'DELETE',
    path: '/account',
    needs: 'self',
    status: 204,
    revokes: true,
    summary: 'Delete one’s own account, its personal organisation and its memberships',
  },
  events: {
    method: 'GET',
    path: '/account/events',
    needs: 'self',
    status: 200,
    query: ['after', 'order', 'type', 'limit'],
    list: true,
    summary: 'Read what happened to one’s own account',
  },
} as const satisfies Operations
