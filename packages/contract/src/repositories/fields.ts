import { z } from 'zod'
import { timestamp } from '../fields.ts'

export const commitId = z.string().meta({
  description: 'The object’s name in git, in hexadecimal',
  example: '5cb381b0f0e1dddea20e4cbf5e0f0d5c3f7a9b1c',
})
export const branchName = z.string().meta({ example: 'main' })

/** As its author wrote it, which may be anybody: git does not ask. */
export const commit = z
  .object({
    id: commitId,
    subject: z.string().meta({ description: 'The first line of its message', example: 'Draw the front page' }),
    author: z.object({ name: z.string().meta({ example: 'Ada Lovelace' }) }),
    at: timestamp,
  })
  .meta({ id: 'Commit' })
