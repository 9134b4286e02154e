import { z } from 'zod'
import { namedApplication } from '../applications/fields.ts'
import type { EventDefinitions } from '../event.ts'
import { branchName, commit, commitId } from './fields.ts'

const example = '5cb381b0f0e1dddea20e4cbf5e0f0d5c3f7a9b1c'
const moved = {
  application: namedApplication,
  before: commitId.nullable().meta({ description: 'Absent before: null', example }),
  after: commitId.nullable().meta({ description: 'Deleted: null', example }),
}
const audience = 'repository:read'
const settings = z.object({ defaultBranch: branchName })

export const repositoryEvents = {
  'repository.pushed': {
    audience,
    summary: 'A branch of an application’s repository was created, moved or deleted',
    data: z.object({
      ...moved,
      branch: branchName,
      forced: z.boolean().meta({ description: 'What was there before is not all there any more' }),
      commits: z.array(commit).meta({ description: 'The last 20 that the branch has got, the newest first' }),
      count: z.int().min(0).meta({ description: 'How many it has got' }),
    }),
  },
  'repository.tagged': {
    audience,
    summary: 'A tag of an application’s repository was created, moved or deleted',
    data: z.object({ ...moved, tag: z.string().meta({ example: 'v1.0' }) }),
  },
  'repository.updated': {
    audience,
    summary: 'An application’s repository has another default branch',
    data: z.object({ application: namedApplication, before: settings, after: settings }),
  },
} as const satisfies EventDefinitions
