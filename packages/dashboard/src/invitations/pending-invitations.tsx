import { Button } from '@mantine/core'
import { Suspense, useId, useState } from 'react'
import { InvitationDialog } from '../dialogs.ts'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { List } from '../ui/list.tsx'
import { useWatched } from '../ui/use-watched.ts'
import type { InvitationDialogRequest } from './invitation-dialog.tsx'
import { InvitationItem } from './invitation-item.tsx'
import classes from './pending-invitations.module.css'

const shownAtFirst = 5

/** Who was invited and has not answered, latest first. Nothing where there is nobody. */
export function PendingInvitations() {
  const { live, permissions } = useOrganisation()
  const { rows } = useWatched(live.invitations)
  const [areAllShown, showAll] = useState(false)
  const [dialog, setDialog] = useState<InvitationDialogRequest>()
  const id = useId()
  const mayManage = permissions.includes('member:manage')
  const latestFirst = rows.toReversed()
  const shown = areAllShown ? latestFirst : latestFirst.slice(0, shownAtFirst)
  return (
    <>
      {rows.length > 0 && (
        <section className={classes.section} aria-labelledby={id}>
          <h2 className={classes.title} id={id}>
            Invited <span className={classes.count}>{rows.length}</span>
          </h2>
          <List>
            {shown.map((invitation) => (
              <InvitationItem key={invitation.id} invitation={invitation} onAsk={mayManage ? setDialog : undefined} />
            ))}
          </List>
          {shown.length < rows.length && (
            <Button variant="subtle" size="compact-sm" className={classes.more ?? ''} onClick={() => showAll(true)}>
              Show all {rows.length}
            </Button>
          )}
        </section>
      )}
      <Suspense>
        {dialog !== undefined && <InvitationDialog request={dialog} onClose={() => setDialog(undefined)} />}
      </Suspense>
    </>
  )
}
