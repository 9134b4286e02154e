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

/** Conditions of which each asks for a word that begins with one of these, the longest first: it is the rarest often. */
export function matching(q: string): readonly object[] {
  return wordsOf(q)
    .sort((one, other) => other.length - one.length)
    .slice(0, maxWords)
    .map((word) => ({ search: trusted({ $elemMatch: { $gte: word, $lt: `${word}${last}` } }) }))
}
