import type { InvitationRow } from '@rolecall/sdk'
import { IconMail } from '@tabler/icons-react'
import { changeNote } from '../members/change-note.ts'
import { useRecentMark } from '../members/recent-mark.ts'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { useNow } from '../ui/now.ts'
import { RelativeTime } from '../ui/relative-time.tsx'
import { RoleBadge } from '../ui/role-badge.tsx'
import type { InvitationDialogRequest } from './invitation-dialog.tsx'
import { InvitationMenu } from './invitation-menu.tsx'
import classes from './pending-invitations.module.css'

/** Somebody who was invited and has not answered. */
export function InvitationItem(props: {
  invitation: InvitationRow
  onAsk: ((request: InvitationDialogRequest) => void) | undefined
}) {
  const { invitation, onAsk } = props
  const { email, inviter, sentAt, expiresAt, role, change } = invitation
  const { me, roles } = useOrganisation()
  const isMarked = useRecentMark(invitation, me.account)
  const hasEnded = Date.parse(expiresAt) <= useNow()
  return (
    <li className={classes.item} data-marked={isMarked || undefined}>
      <span className={classes.icon} aria-hidden>
        <IconMail size={18} stroke={1.7} />
      </span>
      <span className={classes.words}>
        <span className={classes.email}>{email}</span>
        <span className={classes.second}>
          {isMarked && change !== undefined ? (
            <span className={classes.note}>{changeNote(change)}</span>
          ) : (
            <>
              Invited by {inviter.name} <RelativeTime at={sentAt} />
            </>
          )}
        </span>
      </span>
      <span className={classes.role}>
        <RoleBadge role={roles.get(role)} />
      </span>
      <span className={classes.expiry}>
        {hasEnded ? 'Ended ' : 'Ends '}
        <RelativeTime at={expiresAt} />
      </span>
      <span className={classes.menu}>
        {onAsk !== undefined && <InvitationMenu invitation={invitation} onAsk={onAsk} />}
      </span>
    </li>
  )
}
