import { trusted } from 'mongoose'
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

/** Above everything that begins with the word before it. */
const last = '\u{10ffff}'
const maxWords = 8

/** Conditions for memberships that have, for each word, one that begins with it; undefined where there is no word. */
export function matching(q: string): readonly object[] | undefined {
  // The longest first: the database looks into the index by one of them.
  const words = wordsOf(q).sort((one, other) => other.length - one.length)
  if (words.length === 0) return undefined
  return words
    .slice(0, maxWords)
    .map((word) => ({ search: trusted({ $elemMatch: { $gte: word, $lt: `${word}${last}` } }) }))
}
