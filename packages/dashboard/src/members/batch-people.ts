import type { MemberRow } from '@rolecall/sdk'

const list = new Intl.ListFormat('en-GB')
const mostNamed = 6

/** Those whom a change is about: some of them by name. */
export function namesOf(members: readonly MemberRow[]): string {
  const names = members.map(({ account }) => account.name).sort((a, b) => a.localeCompare(b))
  return names.length > mostNamed
    ? list.format([...names.slice(0, mostNamed - 1), `${names.length - mostNamed + 1} more`])
    : list.format(names)
}

export const howMany = (count: number) => (count === 1 ? '1 member' : `${count} members`)
