import { Button } from '@mantine/core'
import type { Application } from '@rolecall/contract'
import { IconBox } from '@tabler/icons-react'
import { useState } from 'react'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { AfterAMoment } from '../ui/after-a-moment.tsx'
import { Empty } from '../ui/empty.tsx'
import { List, RowWords } from '../ui/list.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { RowSkeletons } from '../ui/row-skeletons.tsx'
import classes from './application-list.module.css'
import { useApplications } from './use-applications.ts'

const perPage = 50
/** What one request can ask for. */
const most = 200

/** The applications that a search finds. */
export function ApplicationList({ q }: { q: string }) {
  const [limit, setLimit] = useState(perPage)
  const { answer, error } = useApplications(q, limit)
  if (answer === undefined) {
    return error === undefined ? (
      <AfterAMoment>
        <RowSkeletons rows={3} />
      </AfterAMoment>
    ) : (
      <ProblemNote error={error} />
    )
  }
  if (answer.rows.length === 0) return <NoApplications isSearch={q.trim() !== ''} />
  return (
    <>
      <List label="Applications" isBoxed>
        {answer.rows.map((application) => (
          <Row key={application.id} application={application} />
        ))}
      </List>
      {answer.hasMore && limit < most && (
        <Button variant="default" mt="md" onClick={() => setLimit(most)}>
          Show more
        </Button>
      )}
      {answer.hasMore && limit >= most && <p className={classes.more}>There are more: find them by name.</p>}
    </>
  )
}

function Row({ application: { id, name, description, createdAt } }: { application: Application }) {
  const organisation = useOrganisation()
  return (
    <li className={classes.row}>
      <span className={classes.icon} aria-hidden>
        <IconBox size={20} stroke={1.6} />
      </span>
      <RowWords name={name} to={`/o/${organisation.id}/applications/${id}`}>
        <span className={classes.about}>{description}</span>
      </RowWords>
      <RelativeTime at={createdAt} className={classes.time} />
    </li>
  )
}

function NoApplications({ isSearch }: { isSearch: boolean }) {
  return (
    <Empty icon={<IconBox size={26} stroke={1.6} />} title={isSearch ? 'Nothing of that name' : 'No applications yet'}>
      {isSearch
        ? 'Names and descriptions are searched by how their words begin.'
        : 'An application has a git repository here, which everybody with access clones and pushes to.'}
    </Empty>
  )
}
