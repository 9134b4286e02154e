import { Alert } from '@mantine/core'
import type { RolecallEvent } from '@rolecall/sdk'
import { useEffect, useRef, useState } from 'react'
import { announce } from '../ui/announcer.tsx'
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
  const words = useRef(props.children)
  words.current = props.children
  useEffect(
    () =>
      live.on('event', (event) => {
        if (event.actor.id === me.account || !latest.current(event)) return
        setWho(event.actor.name)
        announce(`${event.actor.name} changed ${words.current}`)
      }),
    [live, me.account],
  )
  if (who === undefined) return null
  return (
    <Alert color="petrol" variant="light">
      {who} changed {props.children}
    </Alert>
  )
}
