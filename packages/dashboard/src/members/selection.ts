import type { MemberRow } from '@rolecall/sdk'
import { useCallback, useEffect, useId, useMemo, useRef, useState } from 'react'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { announce } from '../ui/announcer.tsx'
import { useMayAssignTo } from './use-may-assign.ts'
import { whyNot } from './why-not.ts'

export interface Selection {
  /** Also those that a search does not show at the moment. */
  readonly members: readonly MemberRow[]
  readonly has: (id: string) => boolean
  readonly toggle: (id: string) => void
  readonly set: (ids: Iterable<string>) => void
  /** Of the box that selects all: where the focus goes when nobody is selected any more. */
  readonly homeId: string
}

/** Members that are to be changed together. Whoever is removed meanwhile is not among them any more. */
export function useSelection(rows: readonly MemberRow[]): Selection {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set())
  const toggle = useCallback((id: string) => setIds((before) => toggled(before, id)), [])
  const set = useCallback((wanted: Iterable<string>) => setIds(new Set(wanted)), [])
  const members = useMemo(() => (ids.size === 0 ? [] : rows.filter(({ id }) => ids.has(id))), [rows, ids])
  useAnnounced(members.length)
  const homeId = useId()
  return { members, has: (id) => ids.has(id), toggle, set, homeId }
}

function toggled(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(ids)
  if (!next.delete(id)) next.add(id)
  return next
}

function useAnnounced(count: number): void {
  const before = useRef(count)
  useEffect(() => {
    if (count !== before.current) announce(count === 0 ? 'Nobody is selected.' : `${count} selected.`)
    before.current = count
  }, [count])
}

/** Why a member cannot be selected: one could do nothing with them. Undefined when they can. */
export function useWhyNotSelect(): (member: MemberRow) => string | undefined {
  const { me } = useOrganisation()
  const may = useMayAssignTo()
  return (member) =>
    member.account.id === me.account
      ? 'Your own membership is not changed together with others.'
      : whyNot(may(member, undefined))
}
