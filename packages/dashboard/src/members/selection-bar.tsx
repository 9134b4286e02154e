import { Button } from '@mantine/core'
import { maxBatch } from '@rolecall/contract'
import { useLayoutEffect, useRef } from 'react'
import { ActionButton } from '../ui/action-button.tsx'
import type { MemberDialogRequest } from './member-dialog-request.ts'
import type { Selection } from './selection.ts'
import classes from './selection-bar.module.css'

/** What can be done with the members who are selected. */
export function SelectionBar(props: { selection: Selection; onAsk: (request: MemberDialogRequest) => void }) {
  const { selection, onAsk } = props
  const { members, homeId } = selection
  const whyNot = members.length > maxBatch ? `At most ${maxBatch} can be changed together.` : undefined
  const bar = useRef<HTMLElement>(null)
  useLayoutEffect(() => {
    const here = bar.current
    return () => {
      // It goes with the last selected member, and would take the focus along.
      if (here?.contains(document.activeElement)) document.getElementById(homeId)?.focus()
    }
  }, [homeId])
  return (
    <section ref={bar} className={classes.bar} aria-label="Selected members">
      <span className={classes.count}>{members.length === 1 ? '1 selected' : `${members.length} selected`}</span>
      <ActionButton name="Change role…" whyNot={whyNot} onAct={() => onAsk({ kind: 'change-roles', members })} />
      <ActionButton name="Remove…" whyNot={whyNot} onAct={() => onAsk({ kind: 'remove-many', members })} />
      <Button variant="subtle" color="gray" onClick={() => selection.set([])}>
        Select nobody
      </Button>
    </section>
  )
}
