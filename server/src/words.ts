/** What people search and sort names by: letters without their accents and case. Stored, so that a change needs a migration. */

// What looks like a letter with a stroke or two letters in one has no decomposition.
const plain: Readonly<Record<string, string>> = {
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  ħ: 'h',
  ı: 'i',
  æ: 'ae',
  œ: 'oe',
  þ: 'th',
}
const maxWordLength = 64
const maxWords = 40

/** The words of a text, folded, each once. */
export function wordsOf(text: string): string[] {
  const words = fold(text).match(/[\p{L}\p{N}]+/gu) ?? []
  return [...new Set(words.map((word) => cut(word)))].slice(0, maxWords)
}

/** By which a name is put in order. */
export function sortKeyOf(name: string): string {
  return (fold(name).match(/[\p{L}\p{N}]+/gu) ?? []).join(' ')
}

function fold(text: string): string {
  const letters = text.normalize('NFKD').replace(/\p{M}+/gu, '')
  // Twice lower, since only the upper case of ß is ss.
  return letters
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .replace(/[øłđðħıæœþ]/g, (letter) => plain[letter] ?? letter)
}

/** Not through the middle of a surrogate pair. */
function cut(word: string): string {
  return word.length <= maxWordLength
    ? word
    : Array.from(word)
        .slice(0, maxWordLength / 2)
        .join('')
}
