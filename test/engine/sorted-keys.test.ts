import { expect } from 'chai'
import { createSortedKeys } from '../../packages/embedded-mongo/src/storage/sorted-keys.ts'

describe('the keys of staged changes', () => {
  const orders: Readonly<Record<string, (n: number) => number>> = {
    rising: (n) => n,
    falling: (n) => -n,
    mixed: (n) => (n * 7_919) % 3_001,
  }
  const text = (n: number): string => String(n + 10_000)

  for (const [order, placed] of Object.entries(orders)) {
    it(`are told in their order, between any two, when they come ${order}`, () => {
      const keys = createSortedKeys()
      const all: string[] = []
      for (let n = 0; n < 3_000; n += 1) {
        keys.add(text(placed(n)))
        all.push(text(placed(n)))
        if (n % 50 > 0) continue
        all.sort()
        for (const [start, end] of [
          ['', '~'],
          [text(placed(n)), '~'],
          ['', text(placed(n))],
          [text(placed(Math.floor(n / 3))), text(placed(Math.floor(n / 2)))],
        ] as const) {
          expect(keys.between(start, end)).to.deep.equal(all.filter((key) => key >= start && key < end))
        }
      }
      keys.clear()
      expect(keys.between('', '~')).to.deep.equal([])
    })
  }
})
