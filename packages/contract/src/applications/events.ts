import { z } from 'zod'
import type { EventDefinitions } from '../event.ts'
import { shownDescription, shownName } from '../fields.ts'
import { namedApplication } from './fields.ts'

const described = z.object({ name: shownName.application, description: shownDescription })
const audience = 'application:read'

export const applicationEvents = {
  'application.created': {
    audience,
    summary: 'An application was added',
    data: z.object({ application: namedApplication.extend({ description: shownDescription }) }),
  },
  'application.updated': {
    audience,
    summary: 'An application has another name or description',
    data: z.object({ application: namedApplication, before: described, after: described }),
  },
  'application.deleted': {
    audience,
    summary: 'An application was deleted with its repository',
    data: z.object({ application: namedApplication }),
  },
} as const satisfies EventDefinitions
