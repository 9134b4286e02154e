import type { Repository } from '@rolecall/contract'
import { useAskedAt } from '../applications/use-applications.ts'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { type Fresh, useFresh } from '../ui/use-fresh.ts'

// Events tell of every push; this is for what is missed while there is no connection.
const everyMs = 60_000

/** What is in an application’s repository, as it is now. `branch`: whose commits; the default one’s without it. */
export function useRepository(application: string, branch: string | undefined): Fresh<Repository> {
  const { id: organisation, live } = useOrganisation()
  const request = { organisation, application, ...(branch === undefined ? {} : { branch }) }
  const sought = useFresh(everyMs, (options) => rolecall.repositories.read(request, options), branch)
  useAskedAt(live, 'repository.', sought.again)
  return sought
}
