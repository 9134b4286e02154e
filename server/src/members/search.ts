import type { MembershipDocument } from '../access/documents.ts'
import { sortKeyOf, wordsOf } from '../words.ts'

/** What a membership keeps of its account’s name and email to be found and sorted by. Whoever changes one sets these. */
export function searchKeys({
  name,
  email,
}: {
  readonly name: string
  readonly email: string
}): Pick<MembershipDocument, 'search' | 'sortName'> {
  return { search: wordsOf(`${name} ${email}`), sortName: sortKeyOf(name) }
}
