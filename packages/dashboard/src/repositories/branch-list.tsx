import { UnstyledButton } from '@mantine/core'
import type { Repository } from '@rolecall/contract'
import { IconGitBranch } from '@tabler/icons-react'
import { RelativeTime } from '../ui/relative-time.tsx'
import classes from './repository.module.css'

/** The branches, of which one’s commits are shown. */
export function BranchList(props: {
  branches: Repository['branches']
  /** The default one. */
  standard: string
  chosen: string
  onChoose: (branch: string) => void
}) {
  return (
    <ul className={classes.list} aria-label="Branches">
      {props.branches.map(({ name, commit }) => (
        <li key={name} className={classes.row}>
          <UnstyledButton
            className={classes.branch}
            aria-pressed={name === props.chosen}
            onClick={() => props.onChoose(name)}
          >
            <IconGitBranch size={16} stroke={1.7} aria-hidden />
            <span className={classes.name}>{name}</span>
          </UnstyledButton>
          {name === props.standard && <span className={classes.time}>default</span>}
          <span className={classes.subject}>{commit.subject}</span>
          <RelativeTime at={commit.at} className={classes.time} />
        </li>
      ))}
    </ul>
  )
}
