import type { OrganisationsSnapshot, OrganisationsView } from '@rolecall/sdk'
import { createContext, use } from 'react'
import { useWatched } from '../ui/use-watched.ts'

export const OrganisationsContext = createContext<OrganisationsView | undefined>(undefined)

/** One’s organisations, as they are now. */
export function useOrganisations(): OrganisationsSnapshot {
  const view = use(OrganisationsContext)
  if (view === undefined) throw new Error('useOrganisations is for pages of somebody who is signed in')
  return useWatched(view)
}
