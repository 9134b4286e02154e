import type { Operations } from '../operation.ts'

export const permissionOperations = {
  catalogue: {
    method: 'GET',
    path: '/permissions',
    needs: 'anyone',
    status: 200,
    summary: 'The permissions, the roles and what each role permits',
  },
  mine: {
    method: 'GET',
    path: '/organisations/{organisation}/permissions',
    needs: 'organisation:read',
    status: 200,
    summary: 'One’s own membership, role and permissions in an organisation',
  },
} as const satisfies Operations
