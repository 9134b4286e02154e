/**
 * When two names count as one. What looks the same is the same: case, width, spacing, invisible characters and letters
 * of other scripts that look like ASCII ones make no difference, an accent does. ASCII letters stay what they are:
 * “modem” and “modern” are two names. A name’s key is stored, so a change here needs a migration.
 */
import { createHash } from 'node:crypto'
import { lookAlikes } from './look-alikes.ts'

const twins = new Map(
  lookAlikes.flatMap(([twin, letters]) =>
    letters.split(' ').map((hex) => [String.fromCodePoint(Number.parseInt(hex, 16)), twin] as const),
  ),
)

// U+FFF9 to U+FFFB frame annotations and show nothing; U+2800 is a Braille cell without a dot.
const invisible = /[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]|(?!\p{White_Space})\p{Cc}/gu
const space = /[\p{White_Space}\u2800]+/gu

/** A name may decompose to 18 times its length (U+FDFA), and a key of an index has its limits. */
const maxKeyLength = 256

/**
 * The key under which a name is claimed: equal for names that count as one, and its own key. Empty for a name that
 * shows nothing.
 */
export function nameKey(name: string): string {
  const letters = name.normalize('NFKD').replace(invisible, '')
  const key = Array.from(letters, (letter) => foldCase(twins.get(letter) ?? letter))
    .join('')
    // The dot of Turkish İ, which i and j have by themselves.
    .replace(/(?<=[ij])\u0307+/g, '')
    .normalize('NFKC')
    .replace(space, ' ')
    .trim()
  // Longer than any name, so that no name is such a key.
  return key.length > maxKeyLength ? `#${createHash('sha256').update(key).digest('hex')}` : key
}

// Letter by letter, since a whole word’s lower case ends in another sigma. Joins whatever Unicode’s full case folding
// joins, and ı with i besides (compared over all code points of Unicode 16.0).
function foldCase(letter: string): string {
  return letter.toLowerCase().toUpperCase().toLowerCase()
}
