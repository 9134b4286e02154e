import type { RoleId } from '@rolecall/contract'
import { useEffect, useState } from 'react'
import { markedMs } from '../members/recent-mark.ts'
import { useOrganisation } from '../organisations/organisation-context.ts'

/** What somebody else did to a role within the last two seconds. */
export function useRoleNotes(): ReadonlyMap<RoleId, string> {
  const { live, me } = useOrganisation()
  const [notes, setNotes] = useState<ReadonlyMap<RoleId, string>>(new Map())
  useEffect(() => {
    const timers = new Set<ReturnType<typeof setTimeout>>()
    const stop = live.on('event', (event) => {
      if (event.type !== 'role.created' && event.type !== 'role.updated') return
      if (event.actor.id === me.account) return
      const { id } = event.data.role
      const note = `${event.type === 'role.created' ? 'composed' : 'changed'} by ${event.actor.name}, just now`
      setNotes((before) => new Map(before).set(id, note))
      const forget = () => setNotes((before) => new Map([...before].filter(([role]) => role !== id)))
      timers.add(setTimeout(forget, markedMs))
    })
    return () => {
      stop()
      for (const timer of timers) clearTimeout(timer)
    }
  }, [live, me.account])
  return notes
}
