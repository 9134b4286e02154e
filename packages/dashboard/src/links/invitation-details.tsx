import { builtInRoles, isBuiltIn } from '@rolecall/contract'
import { Initials } from '../ui/initials.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import classes from './invitation-details.module.css'
import type { InvitationPreview } from './use-preview.ts'

/** What one is invited to, as what, by whom, and until when. */
export function InvitationDetails({ invitation }: { invitation: InvitationPreview }) {
  const { organisation, role, inviter, email, expiresAt } = invitation
  return (
    <div className={classes.card}>
      <div className={classes.organisation}>
        <Initials id={organisation.id} name={organisation.name} size={44} square />
        <span className={classes.name}>{organisation.name}</span>
      </div>
      <dl className={classes.facts}>
        <dt>Your role</dt>
        <dd>
          <strong>{role.name}</strong>
          {isBuiltIn(role.id) && <span className={classes.about}>{builtInRoles[role.id].description}</span>}
        </dd>
        <dt>Invited by</dt>
        <dd>{inviter.name}</dd>
        <dt>For</dt>
        <dd>{email}</dd>
        <dt>Ends</dt>
        <dd>
          <RelativeTime at={expiresAt} />
        </dd>
      </dl>
    </div>
  )
}
