import type { Operations } from '../operation.ts'

export const repositories = {
  read: {
    method: 'GET',
    path: '/organisations/{organisation}/applications/{application}/repository',
    needs: 'repository:read',
    status: 200,
    query: ['branch'],
    summary: 'The git repository of an application: address, branches and latest commits',
  },
  update: {
    method: 'PATCH',
    path: '/organisations/{organisation}/applications/{application}/repository',
    needs: 'application:update',
    status: 200,
    summary: 'Choose the default branch of an application’s repository',
  },
} as const satisfies Operations
