import type { EventOfType } from '@rolecall/contract'
import type { ReactNode } from 'react'

type RepositoryEvent = 'repository.pushed' | 'repository.tagged' | 'repository.updated'

/** What became of a branch, a tag or the default branch, in words. */
export function PushSentence({ event }: { event: EventOfType<RepositoryEvent> }): ReactNode {
  const actor = <strong>{event.actor.name}</strong>
  const application = <strong>{event.data.application.name}</strong>
  if (event.type === 'repository.tagged') {
    return (
      <>
        {actor} {verbOf(event.data)} the tag <strong>{event.data.tag}</strong> of {application}
      </>
    )
  }
  if (event.type === 'repository.updated') {
    const { before, after } = event.data
    return (
      <>
        {actor} made <strong>{after.defaultBranch}</strong> the default branch of {application} instead of{' '}
        <strong>{before.defaultBranch}</strong>
      </>
    )
  }
  const { branch, before, after, forced, count } = event.data
  const name = <strong>{branch}</strong>
  if (after === null) {
    return (
      <>
        {actor} deleted the branch {name} of {application}
      </>
    )
  }
  const commits = count === 1 ? 'one commit' : `${count} commits`
  return (
    <>
      {actor} {forced ? 'rewrote' : before === null ? 'created' : 'pushed to'} {name} of {application}
      {count > 0 && ` with ${commits}`}
    </>
  )
}

function verbOf({ before, after }: { before: string | null; after: string | null }): string {
  if (before === null) return 'set'
  return after === null ? 'deleted' : 'moved'
}
