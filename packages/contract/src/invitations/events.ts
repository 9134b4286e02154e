import { z } from 'zod'
import type { EventDefinitions } from '../event.ts'
import { accountId, invitationId, memberId, organisationId, role, shownEmail, shownName } from '../fields.ts'
import { invitation } from './fields.ts'

const named = z.object({
  id: invitationId,
  email: shownEmail,
  role,
  inviter: z.object({ id: accountId, name: shownName.person }),
})

export const invitationEvents = {
  'invitation.created': {
    audience: 'member:read',
    summary: 'Somebody was invited',
    data: z.object({ invitation }),
  },
  'invitation.resent': {
    audience: 'member:read',
    summary: 'An invitation was sent again, with another link and a later end',
    data: z.object({ invitation }),
  },
  'invitation.revoked': {
    audience: 'member:read',
    summary: 'An invitation was withdrawn',
    data: z.object({
      invitation: named,
      reason: z.enum(['revoked', 'not_assignable', 'added']).meta({
        description:
          '`not_assignable`: who sent it can give this role no longer; `added`: the invited person became a member without it',
      }),
    }),
  },
  'invitation.accepted': {
    audience: 'member:read',
    summary: 'Somebody accepted an invitation',
    data: z.object({
      invitation: named,
      member: z.object({ id: memberId, account: z.object({ id: accountId, name: shownName.person }) }),
    }),
  },
  'invitation.declined': {
    audience: 'member:read',
    summary: 'Somebody declined an invitation',
    data: z.object({ invitation: named }),
  },
  'invitation.expired': {
    audience: 'member:read',
    summary: 'An invitation was not accepted in time',
    data: z.object({ invitation: named }),
  },
  'invitation.received': {
    audience: 'self',
    summary: 'One was invited to an organisation',
    data: z.object({
      invitation: z.object({ id: invitationId, role: z.object({ id: role, name: shownName.role }) }),
      organisation: z.object({ id: organisationId, name: shownName.organisation }),
      inviter: z.object({ name: shownName.person }),
    }),
  },
} as const satisfies EventDefinitions
