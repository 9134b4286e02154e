import { z } from 'zod'
import { timestamp, unprintable } from '../fields.ts'

export const commitId = z.string().meta({
  description: 'The object’s name in git, in hexadecimal',
  example: '5cb381b0f0e1dddea20e4cbf5e0f0d5c3f7a9b1c',
})
export const branchName = z.string().meta({ example: 'main' })
/** What git itself does not take for a name is refused besides. */
export const typedBranchName = z
  .string()
  .min(1)
  .max(239)
  .refine((text) => !unprintable.test(text), 'must not contain control or direction characters')
  .meta({ description: 'One that there is; any while there is none', example: 'main' })

/** As its author wrote it, which may be anybody: git does not ask. */
export const commit = z
  .object({
    id: commitId,
    subject: z.string().meta({ description: 'The first line of its message', example: 'Draw the front page' }),
    author: z.object({ name: z.string().meta({ example: 'Ada Lovelace' }) }),
    at: timestamp,
  })
  .meta({ id: 'Commit' })
