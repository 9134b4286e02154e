import type { Live } from '@rolecall/sdk'
import { useEffect, useState } from 'react'
import { rolecall } from '../rolecall.ts'

/** Follows one organisation while the component is there. */
export function useLive(organisation: string): Live | undefined {
  const [live, setLive] = useState<Live>()
  useEffect(() => {
    const opened = rolecall.live(organisation)
    setLive(opened)
    return () => opened.close()
  }, [organisation])
  return live?.id === organisation ? live : undefined
}
