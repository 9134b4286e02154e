import type { Operations } from '../operation.ts'

export const sessions = {
  create: { method: 'POST', path: '/sessions', needs: 'anyone', status: 201, summary: 'Sign in' },
  refresh: {
    method: 'POST',
    path: '/sessions/refresh',
    needs: 'anyone',
    status: 200,
    summary: 'Change a refresh token, which is used once, for new tokens',
  },
  list: { method: 'GET', path: '/sessions', needs: 'self', status: 200, summary: 'List one’s own open sessions' },
  endCurrent: {
    method: 'DELETE',
    path: '/sessions/current',
    needs: 'self',
    status: 204,
    revokes: true,
    summary: 'Sign out',
  },
  end: {
    method: 'DELETE',
    path: '/sessions/{session}',
    needs: 'self',
    status: 204,
    revokes: true,
    summary: 'End one session',
  },
  endAll: {
    method: 'DELETE',
    path: '/sessions',
    needs: 'self',
    status: 204,
    revokes: true,
    summary: 'Sign out everywhere, git clients with tokens included',
  },
} as const satisfies Operations
