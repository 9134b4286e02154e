import { IconTrashOff } from '@tabler/icons-react'
import { Frame } from '../frame/frame.tsx'
import { AfterAMoment } from '../ui/after-a-moment.tsx'
import { Empty } from '../ui/empty.tsx'
import { List } from '../ui/list.tsx'
import { Page } from '../ui/page.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { RowSkeletons } from '../ui/row-skeletons.tsx'
import { useDeleted } from './deleted-context.ts'
import { DeletedRow } from './deleted-row.tsx'
import { RestoredNote } from './restored-note.tsx'
import { useRestore } from './use-restore.ts'

/** The deleted organisations that can still be brought back. */
export default function DeletedPage() {
  const { rows, error } = useDeleted()
  const restore = useRestore()
  return (
    <Frame>
      <Page
        title="Deleted organisations"
        about="For 30 days an Admin can bring an organisation back: with its members, roles and invitations as they were."
        narrow
      >
        <ProblemNote error={restore.error ?? error} />
        {restore.incomplete !== undefined && <RestoredNote restored={restore.incomplete} />}
        {rows === undefined && error === undefined && (
          <AfterAMoment>
            <RowSkeletons rows={2} />
          </AfterAMoment>
        )}
        {rows?.length === 0 && restore.incomplete === undefined && (
          <Empty icon={<IconTrashOff size={26} stroke={1.6} />} title="Nothing to bring back">
            Of the organisations in which you were Admin none was deleted in the last 30 days.
          </Empty>
        )}
        {rows !== undefined && rows.length > 0 && (
          <List isBoxed>
            {rows.map((organisation) => (
              <DeletedRow
                key={organisation.id}
                organisation={organisation}
                isPending={restore.isPending}
                onRestore={() => restore.run(organisation)}
              />
            ))}
          </List>
        )}
      </Page>
    </Frame>
  )
}
