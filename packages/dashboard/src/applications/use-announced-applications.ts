import { useEffect } from 'react'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { announce } from '../ui/announcer.tsx'

/** Says aloud which applications others add and delete. */
export function useAnnouncedApplications(): void {
  const { live, me } = useOrganisation()
  useEffect(
    () =>
      live.on('event', (event) => {
        if (event.actor.id === me.account) return
        if (event.type === 'application.created') announce(`${event.actor.name} added ${event.data.application.name}.`)
        if (event.type === 'application.deleted')
          announce(`${event.actor.name} deleted ${event.data.application.name}.`)
      }),
    [live, me.account],
  )
}
