import type { Commit } from '@rolecall/contract'
import { RelativeTime } from '../ui/relative-time.tsx'
import classes from './repository.module.css'

export function CommitList({ commits }: { commits: readonly Commit[] }) {
  return (
    <ul className={classes.list} aria-label="Latest commits">
      {commits.map(({ id, subject, author, at }) => (
        <li key={id} className={classes.row}>
          <code className={classes.id}>{id.slice(0, 8)}</code>
          <span className={classes.subject}>{subject}</span>
          <span className={classes.time}>
            {author.name}, <RelativeTime at={at} />
          </span>
        </li>
      ))}
    </ul>
  )
}
