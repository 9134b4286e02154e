import type { MailFiles } from '../mail/files.ts'
import type { Job } from './jobs.ts'

const kept = 1_000

/** They hold addresses and tokens, and would fill the disk one day. */
export function pruneMailFiles(files: Pick<MailFiles, 'keepNewest'>): Job {
  return { name: 'prune mail files', everyMs: 10 * 60 * 1_000, run: (stopping) => files.keepNewest(kept, stopping) }
}
