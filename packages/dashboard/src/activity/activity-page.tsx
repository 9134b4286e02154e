import { useOrganisation } from '../organisations/organisation-context.ts'
import { Page } from '../ui/page.tsx'
import { ActivityLog } from './activity-log.tsx'

/** What happened in the organisation, as far as one may see it, and goes on happening. */
export default function ActivityPage() {
  const { id, name, role, permissions } = useOrganisation()
  const about = permissions.includes('audit:read')
    ? `Everything that happened in ${name}, newest first.`
    : `What happened in ${name}, as far as your role shows it, newest first.`
  return (
    <Page title="Activity" about={about}>
      {/* Another role sees another part of the log, so that it is read anew. */}
      <ActivityLog key={`${id} ${role.id} ${permissions.join()}`} />
    </Page>
  )
}
