import { Alert } from '@mantine/core'
import type { RolecallEvent } from '@rolecall/sdk'
import { useEffect, useRef, useState } from 'react'
import { useOrganisation } from './organisation-context.ts'

/**
 * Says, while somebody changes something, who else has changed it since they began.
 * @param children what follows from that, after “Ada changed”
 */
export function OtherChange(props: { isAbout: (event: RolecallEvent) => boolean; children: string }) {
  const { live, me } = useOrganisation()
  const [who, setWho] = useState<string>()
  const latest = useRef(props.isAbout)
  latest.current = props.isAbout
  useEffect(
    () =>
      live.on('event', (event) => {
        if (event.actor.id !== me.account && latest.current(event)) setWho(event.actor.name)
      }),
    [live, me.account],
  )
  if (who === undefined) return null
  return (
    <Alert color="petrol" variant="light" role="status">
      {who} changed {props.children}
    </Alert>
  )
}
