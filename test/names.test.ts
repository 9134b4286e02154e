import { expect } from 'chai'
import * as fc from 'fast-check'
import { lookAlikes } from '../server/src/organisations/look-alikes.ts'
import { nameKey } from '../server/src/organisations/names.ts'

// Spelt out, since what the table is about cannot be seen.
const same: readonly (readonly [string, string, string])[] = [
  ['case', 'Acme', 'ACME'],
  ['width', 'Acme', '\uff21\uff43\uff4d\uff45'],
  ['Cyrillic е', 'Acme', 'Acm\u0435'],
  ['Cyrillic А', 'Acme', '\u0410cme'],
  ['zero width space', 'Acme', 'Ac\u200bme'],
  ['soft hyphen and word joiner', 'Acme', 'A\u00adc\u2060me'],
  ['variation selector', 'Acme', 'Acme\ufe0f'],
  ['tag characters', 'Acme', 'Acme\u{e0041}'],
  ['spaces around', 'Acme', ' Acme '],
  ['spaces within', 'Acme Inc', 'Acme\u00a0 \u3000Inc'],
  ['blank Braille cell', 'Acme Inc', 'Acme\u2800Inc'],
  ['mathematical letters', 'Acme', '\u{1d400}\u{1d41c}\u{1d426}\u{1d41e}'],
  ['Greek capitals', 'NIKE', '\u039d\u0399\u039a\u0395'],
  ['Cyrillic capital І, which is i and not l', 'Inc', '\u0406nc'],
  ['Cyrillic palochka', 'IBM', '\u04c0BM'],
  ['full case folding', 'Strasse', 'STRAßE'],
  ['capital sharp s', 'straße', 'STRA\u1e9eE'],
  ['final sigma', '\u03bf\u03b4\u03bf\u03c2', '\u039f\u0394\u039f\u03a3'],
  ['case of Cyrillic words', '\u0412\u0435\u043a\u0442\u043e\u0440', '\u0432\u0435\u043a\u0442\u043e\u0440'],
  ['Cyrillic ё and Latin ë', 'No\u00ebl', 'No\u0451l'],
  ['Cyrillic а with an accent', 'C\u00e1', 'C\u0430\u0301'],
  ['composed and decomposed', 'M\u00fcller', 'Mu\u0308ller'],
  ['Turkish dotless ı', 'Isik', 'Is\u0131k'],
  ['Turkish dotted İ', 'Istanbul', '\u0130stanbul'],
  ['Armenian ո', 'Moon', 'Moo\u0578'],
  ['what looks like m', 'Acme', 'Ac\u{11700}e'],
]

const different: readonly (readonly [string, string, string])[] = [
  ['m and rn', 'modem', 'modern'],
  ['an umlaut', 'Müller', 'Muller'],
  ['o and 0', 'Acme O', 'Acme 0'],
  ['l, I and 1', 'Ill', '111'],
  ['a space', 'Acme', 'Ac me'],
  ['a hyphen', 'Acme', 'Ac-me'],
  ['another letter', 'Acme', 'Acne'],
  ['Japanese words', '日本', '日木'],
]

const nameLike = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 64, size: 'max' }),
  fc.string({ unit: 'grapheme', maxLength: 40, size: 'max' }),
  fc
    .array(
      fc.constantFrom(
        ...lookAlikes.flatMap(([, letters]) => letters.split(' ')).map(letterOf),
        ...'ijl\u0307\u0308 \u0345\u03c3I',
      ),
      { maxLength: 30, size: 'max' },
    )
    .map((letters) => letters.join('')),
)

describe('comparing names', () => {
  describe('E16 counts as one name', () => {
    for (const [what, one, other] of same) {
      it(`${what}: ${one}`, () => {
        expect(nameKey(other)).to.equal(nameKey(one))
      })
    }
  })

  describe('E16 keeps apart', () => {
    for (const [what, one, other] of different) {
      it(`${what}: ${one}, ${other}`, () => {
        expect(nameKey(other)).not.to.equal(nameKey(one))
      })
    }
  })

  it('E16 leaves ASCII as it is, but for case and spacing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii', maxLength: 64, size: 'max' }), (name) => {
        expect(nameKey(name)).to.equal(name.toLowerCase().replace(/ +/g, ' ').trim())
      }),
    )
  })

  it('finds that a key is its own key, and never a long one', () => {
    fc.assert(
      fc.property(nameLike, (name) => {
        const key = nameKey(name)
        expect(nameKey(key)).to.equal(key)
        expect(key.length).to.be.at.most(256)
      }),
      { numRuns: 2_000 },
    )
  })

  it('makes no difference between upper and lower case, but where the two look like different letters', () => {
    // Greek Ν looks like N and ν like v: there looks decide, since ASCII letters stay apart.
    const split = new Set<string>()
    for (let codePoint = 0x80; codePoint < 0x20000; codePoint += 1) {
      if (codePoint >= 0xd800 && codePoint < 0xe000) continue
      const letter = String.fromCodePoint(codePoint)
      const lower = letter.toLowerCase()
      if (nameKey(`x${letter}`) === nameKey(`x${lower}`)) continue
      split.add(String.fromCodePoint(lower.normalize('NFD').codePointAt(0) ?? 0))
    }
    expect([...split]).to.have.members([...'ƽνυ\u{118c4}\u{118c6}\u{118d5}\u{118dc}'])
  })

  it('shortens the key of a name that unfolds to more than an index can hold', () => {
    const [one, other] = ['\ufdfa'.repeat(64), '\ufdfa'.repeat(63)]
    expect(nameKey(one)).to.match(/^#[0-9a-f]{64}$/)
    expect(nameKey(one)).not.to.equal(nameKey(other))
  })

  it('finds nothing in a name that shows nothing', () => {
    expect(nameKey('\u200b\u3164\ufeff \u2800')).to.equal('')
  })
})

function letterOf(hex: string): string {
  return String.fromCodePoint(Number.parseInt(hex, 16))
}
