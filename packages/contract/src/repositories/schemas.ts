import { z } from 'zod'
import type { SchemasFor } from '../operation.ts'
import { branchName, commit, typedBranchName } from './fields.ts'
import type { repositories } from './operations.ts'

/** What is in a repository. */
export const repository = z
  .object({
    cloneUrl: z.string().meta({
      description: 'For git clients; sign in with a token of `/account/tokens`',
      example: 'https://people.example.com/git/org_01k9zzzzzzzzzzzzzzzzzzzzzz/app_01k9zzzzzzzzzzzzzzzzzzzzzz.git',
    }),
    defaultBranch: branchName.meta({ description: 'What a clone checks out, once there is such a branch' }),
    branches: z
      .array(z.object({ name: branchName, commit }))
      .meta({ description: 'The default one first, then by name' }),
    commits: z.array(commit).meta({ description: 'The last 20 of the branch that is asked for, the newest first' }),
  })
  .meta({ id: 'Repository' })

export const repositorySchemas = {
  read: {
    query: z.object({
      branch: z.string().max(250).optional().meta({ description: 'Whose commits; the default branch’s without it' }),
    }),
    answer: repository,
  },
  update: {
    body: z.strictObject({ defaultBranch: typedBranchName }),
    answer: z.object({ defaultBranch: branchName }),
  },
} satisfies SchemasFor<typeof repositories>
