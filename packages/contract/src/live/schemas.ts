import { z } from 'zod'

/** What a client may send over a socket, checked as strictly as a request’s body. */
export const liveRequests = {
  subscribe: z.strictObject({ organisation: z.string().max(64), cursor: z.string().max(512).optional() }),
  unsubscribe: z.strictObject({ organisation: z.string().max(64) }),
  authenticate: z.strictObject({ token: z.string().max(4096) }),
} as const
