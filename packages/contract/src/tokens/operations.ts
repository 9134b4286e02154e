import type { Operations } from '../operation.ts'

export const tokens = {
  list: {
    method: 'GET',
    path: '/account/tokens',
    needs: 'self',
    status: 200,
    summary: 'One’s own tokens, with which git clients sign in, the newest first',
  },
  create: {
    method: 'POST',
    path: '/account/tokens',
    needs: 'self',
    status: 201,
    secret: 'token',
    summary: 'Make a token: the password of git clients, with one’s email address or account id as user name',
  },
  delete: {
    method: 'DELETE',
    path: '/account/tokens/{token}',
    needs: 'self',
    status: 204,
    summary: 'Revoke a token',
  },
} as const satisfies Operations
