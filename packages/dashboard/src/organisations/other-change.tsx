import { Alert } from '@mantine/core'
import type { RolecallEvent } from '@rolecall/sdk'
import { useEffect, useRef, useState } from 'react'
import { announce } from '../ui/announcer.tsx'
import { isSame } from '../ui/is-same.ts'
import { useOrganisation } from './organisation-context.ts'

export interface OtherChange<Content> {
  /** Whether it is another now than when one began, and not by what this form saves. */
  readonly isOther: boolean
  /** Who changed it last, as a sentence begins; undefined where no event told. */
  readonly who: string | undefined
  /** Tells that this is what the form knows of: what it sends, and what was answered. */
  readonly knows: (content: Content) => void
}

/**
 * Watches over what a form changes. What counts is that it is another, whether or not an event told so: after a gap in
 * the connection none does. One’s own second tab is another too.
 * @param present what is changed, as it is now
 */
export function useOtherChange<Content>(
  present: Content,
  isAbout: (event: RolecallEvent) => boolean,
): OtherChange<Content> {
  const { live, me } = useOrganisation()
  const [begun, setBegun] = useState(present)
  const [known, knows] = useState(present)
  const [who, setWho] = useState<string>()
  if (isSame(known, present) && !isSame(begun, present)) setBegun(present)
  const latest = useRef(isAbout)
  latest.current = isAbout
  useEffect(() => {
    const stops = [
      live.on('event', (event) => {
        if (latest.current(event)) setWho(event.actor.id === me.account ? 'Elsewhere, you' : event.actor.name)
      }),
      live.on('resync', () => setWho(undefined)),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }, [live, me.account])
  return { isOther: !isSame(begun, present), who, knows }
}

/**
 * Says, while somebody changes something, who has changed it elsewhere since they began.
 * @param isSaving whether what is being changed may be what the form saves
 * @param children what follows from that, after “Ada changed”
 */
export function OtherChangeNote(props: {
  of: Pick<OtherChange<never>, 'isOther' | 'who'>
  isSaving: boolean
  children: string
}) {
  const { isOther, who = 'Somebody' } = props.of
  const words = isOther && !props.isSaving ? `${who} changed ${props.children}` : undefined
  useEffect(() => {
    if (words !== undefined) announce(words)
  }, [words])
  if (words === undefined) return null
  return (
    <Alert color="petrol" variant="light">
      {words}
    </Alert>
  )
}
