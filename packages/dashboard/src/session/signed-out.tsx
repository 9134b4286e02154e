import { Navigate, Outlet, useLocation } from 'react-router'
import { useSession } from './session-context.ts'

/** Pages for those who are not signed in; the others go where they were going. */
export function SignedOut() {
  const { account, landing } = useSession()
  const location = useLocation()
  return account === undefined ? <Outlet /> : <Navigate to={landing ?? wantedFrom(location.state)} replace />
}

function wantedFrom(state: unknown): string {
  return typeof state === 'object' && state !== null && 'wanted' in state && typeof state.wanted === 'string'
    ? state.wanted
    : '/'
}
