import type { Operations } from '../operation.ts'

export const events = {
  list: {
    method: 'GET',
    path: '/organisations/{organisation}/events',
    needs: 'organisation:read',
    status: 200,
    query: ['after', 'order', 'type', 'actor', 'limit'],
    list: true,
    summary: 'Read the organisation’s log, from either end, as far as one may see it',
  },
  types: {
    method: 'GET',
    path: '/event-types',
    needs: 'anyone',
    status: 200,
    summary: 'The types of events, who may see them, and the shape of their data',
  },
} as const satisfies Operations
