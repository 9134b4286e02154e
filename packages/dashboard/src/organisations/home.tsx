import { Navigate } from 'react-router'
import { useAccount } from '../session/session-context.ts'
import { Splash } from '../session/splash.tsx'
import { AfterAMoment } from '../ui/after-a-moment.tsx'
import { useOrganisations } from './organisations-context.ts'
import { isOwn } from './personal.ts'

/** `/` leads to one’s own personal organisation. */
export function Home() {
  const { rows, status } = useOrganisations()
  const account = useAccount()
  const personal = rows.find((organisation) => isOwn(organisation, account)) ?? rows[0]
  if (status === 'loading' || personal === undefined) {
    return (
      <AfterAMoment>
        <Splash />
      </AfterAMoment>
    )
  }
  return <Navigate to={`/o/${personal.id}`} replace />
}
