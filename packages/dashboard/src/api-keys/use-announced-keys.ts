import { useEffect } from 'react'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { announce } from '../ui/announcer.tsx'

/** Says aloud which keys others issue and revoke. */
export function useAnnouncedKeys(): void {
  const { live, me } = useOrganisation()
  useEffect(
    () =>
      live.on('event', (event) => {
        if (event.actor.id === me.account) return
        if (event.type === 'api_key.created') announce(`${event.actor.name} issued the API key ${event.data.key.name}.`)
        if (event.type === 'api_key.revoked')
          announce(`${event.actor.name} revoked the API key ${event.data.key.name}.`)
      }),
    [live, me.account],
  )
}
