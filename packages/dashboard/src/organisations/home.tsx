import { Navigate } from 'react-router'
import { Splash } from '../session/splash.tsx'
import { AfterAMoment } from '../ui/after-a-moment.tsx'
import { useOrganisations } from './organisations-context.ts'

/** `/` leads to one’s personal organisation, the first of the list. */
export function Home() {
  const { rows, status } = useOrganisations()
  const [personal] = rows
  if (status === 'loading' || personal === undefined) {
    return (
      <AfterAMoment>
        <Splash />
      </AfterAMoment>
    )
  }
  return <Navigate to={`/o/${personal.id}`} replace />
}
