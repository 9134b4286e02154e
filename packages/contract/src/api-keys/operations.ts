import type { Operations } from '../operation.ts'

export const apiKeys = {
  list: {
    method: 'GET',
    path: '/organisations/{organisation}/api-keys',
    needs: 'apikey:manage',
    status: 200,
    summary: 'The API keys of an organisation, with what each may do at present',
  },
  create: {
    method: 'POST',
    path: '/organisations/{organisation}/api-keys',
    needs: 'apikey:manage',
    status: 201,
    people: true,
    secret: 'secret',
    summary: 'Issue an API key with a role; it never does more than its issuer may still grant',
  },
  get: {
    method: 'GET',
    path: '/organisations/{organisation}/api-keys/{key}',
    needs: 'apikey:manage',
    status: 200,
    summary: 'One API key',
  },
  update: {
    method: 'PATCH',
    path: '/organisations/{organisation}/api-keys/{key}',
    needs: 'apikey:manage',
    status: 200,
    people: true,
    revokes: true,
    summary: 'Change name, role or expiry of an API key; whoever does so is its issuer from then on',
  },
  rotate: {
    method: 'POST',
    path: '/organisations/{organisation}/api-keys/{key}/rotate',
    needs: 'apikey:manage',
    status: 200,
    people: true,
    revokes: true,
    secret: 'secret',
    summary: 'Give an API key a new secret; former ones are accepted until their time is over',
  },
  delete: {
    method: 'DELETE',
    path: '/organisations/{organisation}/api-keys/{key}',
    needs: 'apikey:manage',
    status: 204,
    revokes: true,
    summary: 'Revoke an API key, and end its connections',
  },
} as const satisfies Operations
