import { trusted } from 'mongoose'
import { wordsOf } from './words.ts'

/** Above everything that begins with the word before it. */
const last = '\u{10ffff}'
const maxWords = 8

/**
 * Conditions on a field `search` of folded words, of which each asks for a word that begins with one of these, the
 * longest first: it is the rarest often.
 */
export function matching(q: string): readonly object[] {
  return wordsOf(q)
    .sort((one, other) => other.length - one.length)
    .slice(0, maxWords)
    .map((word) => ({ search: trusted({ $elemMatch: { $gte: word, $lt: `${word}${last}` } }) }))
}
