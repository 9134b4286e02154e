import type { Live } from '@rolecall/sdk'
import { useEffect, useState } from 'react'
import { rolecall } from '../rolecall.ts'

/** Follows one organisation while the component is there. */
export function useLive(organisation: string): Live | undefined {
  const [live, setLive] = useState<Live>()
  useEffect(() => {
    const opened = rolecall.live(organisation)
    begin(opened)
    setLive(opened)
    return () => opened.close()
  }, [organisation])
  return live?.id === organisation ? live : undefined
}

/** What the page will show is read as soon as the subscription stands, and not one after the other. */
function begin(live: Live): void {
  void live.roles.ready
  if (/\/members$/.test(location.pathname)) void Promise.all([live.members.ready, live.invitations.ready])
}
