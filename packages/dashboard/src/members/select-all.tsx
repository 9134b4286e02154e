import type { MemberRow } from '@rolecall/sdk'
import { SelectBox } from './select-box.tsx'
import { type Selection, useWhyNotSelect } from './selection.ts'

/** Selects all who are shown and can be selected, or nobody. */
export function SelectAll({ rows, selection }: { rows: readonly MemberRow[]; selection: Selection }) {
  const whyNot = useWhyNotSelect()
  const isNobody = selection.members.length === 0
  const selectable = () => rows.filter((member) => whyNot(member) === undefined)
  // A long list is gone through only where it matters.
  const isEverybody = !isNobody && selectable().every(({ id }) => selection.has(id))
  return (
    <SelectBox
      id={selection.homeId}
      label="Select everybody shown"
      isChecked={isEverybody}
      isPartly={!isNobody && !isEverybody}
      onToggle={() => selection.set(isEverybody ? [] : selectable().map(({ id }) => id))}
    />
  )
}
