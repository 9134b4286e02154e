import { useState } from 'react'
import { Navigate, Outlet, useLocation } from 'react-router'
import { ReceivedContext, useReading } from '../account/received-context.ts'
import { AccessNotices } from '../notices/access-notices.tsx'
import { DeletedContext, useReadingDeleted } from '../organisations/deleted-context.ts'
import { OrganisationsContext } from '../organisations/organisations-context.ts'
import { rolecall } from '../rolecall.ts'
import { Announcer } from '../ui/announcer.tsx'
import { useAccount, useSession } from './session-context.ts'

/** Pages for those who are signed in; the others sign in first, and come back. */
export function SignedIn() {
  const { account } = useSession()
  const { pathname } = useLocation()
  if (account === undefined) return <Navigate to="/sign-in" state={{ wanted: pathname }} replace />
  // Another account, another tree: nothing of the one before stays.
  return <Everything key={account.id} />
}

function Everything() {
  const [organisations] = useState(() => rolecall.liveOrganisations())
  const received = useReading(useAccount().emailVerified)
  const deleted = useReadingDeleted()
  return (
    <OrganisationsContext value={organisations}>
      <ReceivedContext value={received}>
        <DeletedContext value={deleted}>
          <Outlet />
          <AccessNotices />
          <Announcer />
        </DeletedContext>
      </ReceivedContext>
    </OrganisationsContext>
  )
}
