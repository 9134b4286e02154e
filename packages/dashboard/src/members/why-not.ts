import type { Assignability } from '@rolecall/contract'

/** Why a role may not be given or taken, as one sentence or two; undefined when it may. */
export function whyNot(assignability: Assignability): string | undefined {
  if (assignability.allowed) return undefined
  const { reason, missing } = assignability
  return missing.length === 0 ? reason : `${reason} You lack ${inShort(missing)}.`
}

const list = new Intl.ListFormat('en-GB')

function inShort(missing: readonly string[]): string {
  return missing.length > 3
    ? `${list.format([...missing.slice(0, 2), `${missing.length - 2} more`])}`
    : list.format(missing)
}
