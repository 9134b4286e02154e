import { expect } from 'chai'
import type { Document } from 'mongodb'
import { compileUpdate } from '../../packages/embedded-mongo/src/query/update.ts'
import { useEngine } from './running-engine.ts'

describe('an update of a great many fields', () => {
  const { collection } = useEngine()
  const count = 20_000
  const many = (of: (n: number) => [string, unknown]): Document =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => of(n)))
  const changed = many((n) => [`f${n}`, n % 2 === 0 ? -n : n])

  for (const [what, update] of Object.entries({
    'a pipeline': [{ $set: { a: many((n) => [`f${2 * n}`, -2 * n]) } }, { $unset: ['a.f1', 'b'] }],
    operators: { $set: many((n) => [`a.f${2 * n}`, -2 * n]), $unset: { 'a.f1': 1, b: 1 } },
  })) {
    it(`by ${what} does not copy all of them for each`, async () => {
      await collection().insertOne({ _id: 1, a: many((n) => [`f${n}`, n]), b: 1 })
      await collection().updateOne({ _id: 1 }, update)
      const { f1: _, ...expected } = changed
      const doc = await collection().findOne()
      const extra = Object.fromEntries(
        Array.from({ length: count / 2 }, (_none, n) => [`f${count + 2 * n}`, -count - 2 * n]),
      )
      expect(doc).to.deep.equal({ _id: 1, a: { ...expected, ...extra } })
    })
  }

  it('leaves what it is given as it is, and makes each field one of the document itself', () => {
    const before = { _id: 1, a: { b: { c: 1, d: 1 }, e: [{ f: 1 }, { f: 2 }] } }
    const copy = structuredClone(before)
    const updates: readonly (Document | Document[])[] = [
      { $set: { 'a.b.c': 2, 'a.b.x': 3, 'a.e.0.f': 4, 'a.e.1.g': 5, 'a.b.__proto__': 6 }, $unset: { 'a.b.d': 1 } },
      [{ $set: { 'a.b.c': 2, 'a.b.x': 3, 'a.e.f': 4, 'a.b.__proto__': 6 } }, { $unset: 'a.b.d' }],
    ]
    for (const update of updates) {
      const after = compileUpdate(update).apply(before, { isInsert: false })
      expect(before).to.deep.equal(copy)
      const { b } = after.a as { b: object }
      expect(Object.getPrototypeOf(b)).to.equal(Object.prototype)
      expect(Object.entries(b)).to.have.deep.members([
        ['c', 2],
        ['x', 3],
        ['__proto__', 6],
      ])
    }
  })
})
