import { z } from 'zod'
import type { EventDefinitions } from '../event.ts'
import { accountId, heldRole, memberId, shownEmail, shownName } from '../fields.ts'
import { member } from './schemas.ts'

const named = z.object({ id: memberId, account: z.object({ id: accountId, name: shownName.person }) })
const withRole = z.object(heldRole)
const profile = z.object({ name: shownName.person, email: shownEmail })

export const memberEvents = {
  'member.added': {
    audience: 'member:read',
    summary: 'Somebody became a member',
    data: z.object({ member, permissions: heldRole.permissions }),
  },
  'member.role_changed': {
    audience: 'member:read',
    summary: 'A member has another role',
    data: z.object({
      member: named,
      before: withRole,
      after: withRole,
      suspended: z.literal(true).optional().meta({ description: 'The role takes effect once the member is resumed' }),
    }),
  },
  'member.suspended': {
    audience: 'member:read',
    summary: 'A member’s access rests',
    data: z.object({ member: named, before: withRole }),
  },
  'member.resumed': {
    audience: 'member:read',
    summary: 'A suspended member has access again',
    data: z.object({ member: named, after: withRole }),
  },
  'member.updated': {
    audience: 'member:read',
    summary: 'A member’s account has another name or email address',
    data: z.object({ member: named, before: profile, after: profile }),
  },
  'member.removed': {
    audience: 'member:read',
    summary: 'Somebody is not a member any more',
    data: z.object({
      member: named,
      before: withRole,
      reason: z.enum(['removed', 'left', 'account_deleted']),
      suspended: z.literal(true).optional().meta({ description: 'They had no access already' }),
    }),
  },
} as const satisfies EventDefinitions
