import { useState } from 'react'
import { Navigate, Outlet, useLocation } from 'react-router'
import { AccessNotices } from '../notices/access-notices.tsx'
import { OrganisationsContext } from '../organisations/organisations-context.ts'
import { rolecall } from '../rolecall.ts'
import { Announcer } from '../ui/announcer.tsx'
import { useSession } from './session-context.ts'

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
  return (
    <OrganisationsContext value={organisations}>
      <Outlet />
      <AccessNotices />
      <Announcer />
    </OrganisationsContext>
  )
}
