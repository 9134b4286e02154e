import type { Live } from '@rolecall/sdk'
import { useEffect } from 'react'
import { notify } from './notify.ts'

/** Tells when one’s role stays and permits something else; another role is told with all organisations’. */
export function useOwnRoleNotice(live: Live): void {
  useEffect(
    () =>
      live.on('access', ({ before, role }) => {
        const name = live.organisation?.name
        if (before === role && name !== undefined) notify(`Your role in ${name} permits something else now`)
      }),
    [live],
  )
}
