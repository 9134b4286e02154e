import type { Operations } from '../operation.ts'

export const applications = {
  list: {
    method: 'GET',
    path: '/organisations/{organisation}/applications',
    needs: 'application:read',
    status: 200,
    query: ['after', 'limit', 'q'],
    list: true,
    summary: 'The applications of an organisation by name, or those that a search finds',
  },
  create: {
    method: 'POST',
    path: '/organisations/{organisation}/applications',
    needs: 'application:create',
    status: 201,
    summary: 'Add an application, with an empty git repository',
  },
  read: {
    method: 'GET',
    path: '/organisations/{organisation}/applications/{application}',
    needs: 'application:read',
    status: 200,
    summary: 'One application',
  },
  update: {
    method: 'PATCH',
    path: '/organisations/{organisation}/applications/{application}',
    needs: 'application:update',
    status: 200,
    summary: 'Rename or describe an application',
  },
  delete: {
    method: 'DELETE',
    path: '/organisations/{organisation}/applications/{application}',
    needs: 'application:delete',
    status: 204,
    summary: 'Delete an application with its repository, for good',
  },
} as const satisfies Operations
