import { Tooltip } from '@mantine/core'
import type { ConnectionStatus } from '@rolecall/sdk'
import { useEffect, useState } from 'react'
import classes from './live-sign.module.css'
import { useSecondsLeft } from './seconds-left.ts'

const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' })

/** Whether what is shown is what is: live, coming back, or as of a time. */
export function LiveSign({ status }: { status: ConnectionStatus }) {
  const liveUntil = useLiveUntil(status.state === 'live')
  const secondsLeft = useSecondsLeft(status.state === 'reconnecting' ? status.retryInMs : 0)
  const asOf = liveUntil === undefined ? undefined : clock.format(liveUntil)
  const { name, hint } = describe(status.state, secondsLeft, asOf)
  return (
    <Tooltip label={hint}>
      <span className={classes.sign} data-state={status.state} role="img" aria-label={`${name}. ${hint}`}>
        <span className={classes.dot} />
        <span className={classes.name}>{name}</span>
      </span>
    </Tooltip>
  )
}

function describe(state: ConnectionStatus['state'], secondsLeft: number, asOf: string | undefined) {
  if (state === 'live') return { name: 'Live', hint: 'Connected. Changes appear as they are made.' }
  const hint = asOf === undefined ? 'Not connected yet.' : `Showing data as of ${asOf}.`
  if (!navigator.onLine) return { name: asOf === undefined ? 'Offline' : `Offline, as of ${asOf}`, hint }
  if (state === 'reconnecting' && secondsLeft > 0) return { name: `Reconnecting in ${secondsLeft} s`, hint }
  return { name: asOf === undefined ? 'Connecting' : 'Reconnecting', hint }
}

/** When the connection was last known to be whole; undefined before the first time. */
function useLiveUntil(isLive: boolean): Date | undefined {
  const [liveUntil, setLiveUntil] = useState<Date>()
  useEffect(() => {
    if (!isLive) return
    return () => setLiveUntil(new Date())
  }, [isLive])
  return liveUntil
}
