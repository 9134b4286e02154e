import type { Operations } from '../operation.ts'

export const permissionOperations = {
  catalogue: {
    method: 'GET',
    path: '/permissions',
    needs: 'anyone',
    status: 200,
    summary: 'The permissions, the built-in roles and what each role permits',
  },
  mine: {
    method: 'GET',
    path: '/organisations/{organisation}/permissions',
    needs: 'organisation:read',
    status: 200,
    summary: 'One’s own membership, role and permissions in an organisation',
  },
  check: {
    method: 'POST',
    path: '/organisations/{organisation}/permissions/check',
    needs: 'organisation:read',
    status: 200,
    summary: 'Whether one, or another member, may; asking about others needs member:read',
  },
  explain: {
    method: 'POST',
    path: '/organisations/{organisation}/permissions/explain',
    needs: 'organisation:read',
    status: 200,
    summary: 'Whether one, or another member, may, and which rule decides it; asking about others needs member:read',
  },
  declared: {
    method: 'GET',
    path: '/organisations/{organisation}/own-permissions',
    needs: 'organisation:read',
    status: 200,
    operator: true,
    summary: 'The permissions that the organisation has declared for the apps that it uses',
  },
  declare: {
    method: 'PUT',
    path: '/organisations/{organisation}/own-permissions',
    needs: 'role:manage',
    status: 200,
    operator: true,
    revokes: true,
    summary: 'Declare all permissions of the organisation’s own; what is not named any more falls out of the roles',
  },
} as const satisfies Operations
