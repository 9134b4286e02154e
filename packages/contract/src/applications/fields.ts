import { z } from 'zod'
import { applicationId, organisationId, shownDescription, shownName, timestamp } from '../fields.ts'

/** An application of an organisation. */
export const application = z
  .object({
    id: applicationId,
    organisation: organisationId,
    name: shownName.application,
    description: shownDescription,
    createdAt: timestamp,
  })
  .meta({ id: 'Application' })

/** As events name one. */
export const namedApplication = z.object({ id: applicationId, name: shownName.application })
