import type { Operations } from '../operation.ts'

export const events = {
  list: {
    method: 'GET',
    path: '/organisations/{organisation}/events',
    needs: 'organisation:read',
    status: 200,
    query: ['after', 'order', 'type', 'actor', 'subject', 'since', 'until', 'limit'],
    list: true,
    formats: ['text/csv', 'application/x-ndjson'],
    formatsNeed: 'audit:read',
    summary: 'Read the organisation’s log, from either end, as far as one may see it',
  },
  verify: {
    method: 'GET',
    path: '/organisations/{organisation}/events/verify',
    needs: 'audit:read',
    status: 200,
    query: ['after'],
    summary: 'Recompute the hash chain of the organisation’s log, and name the first event that does not fit',
  },
  types: {
    method: 'GET',
    path: '/event-types',
    needs: 'anyone',
    status: 200,
    summary: 'The types of events, who may see them, and the shape of their data',
  },
} as const satisfies Operations
