import type { EventOfType } from '@rolecall/contract'
import { difference } from '../roles/describe.ts'

const list = new Intl.ListFormat('en-GB')

/** Which permissions of its own the organisation has declared, changed or withdrawn. */
export function DeclarationSentence({ event: { actor, data } }: { event: EventOfType<'permissions.declared'> }) {
  const [before, after] = [data.before.map(({ name }) => name), data.after.map(({ name }) => name)]
  const { gained, lost } = difference(before, after)
  const changed = after.filter((name) => before.includes(name))
  const parts = [
    gained.length > 0 && `declared ${list.format(gained)}`,
    changed.length > 0 && `changed ${list.format(changed)}`,
    lost.length > 0 && `withdrew ${list.format(lost)}`,
  ].filter((part) => part !== false)
  return (
    <>
      <strong>{actor.name}</strong> {list.format(parts)}, for the organisation’s own apps
    </>
  )
}
