import { useOrganisation } from '../organisations/organisation-context.ts'
import { Page } from '../ui/page.tsx'
import { ActivityLog } from './activity-log.tsx'
import classes from './activity-page.module.css'
import { DownloadLog } from './download-log.tsx'
import { VerifyLog } from './verify-log.tsx'

/** What happened in the organisation, as far as one may see it, and goes on happening. */
export default function ActivityPage() {
  const { id, name, role, permissions } = useOrganisation()
  const isAuditor = permissions.includes('audit:read')
  const about = isAuditor
    ? `Everything that happened in ${name}, newest first.`
    : `What happened in ${name}, as far as your role shows it, newest first.`
  return (
    <Page title="Activity" about={about}>
      {isAuditor && (
        <div key={id} className={classes.actions}>
          <DownloadLog />
          <VerifyLog />
        </div>
      )}
      {/* Another role sees another part of the log, so that it is read anew. */}
      <ActivityLog key={`${id} ${role.id} ${permissions.join()}`} />
    </Page>
  )
}
