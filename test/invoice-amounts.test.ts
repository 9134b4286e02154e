import { amountsOf, amountsOfLine, maxAmountMinor, minorDigitsOf, type PricedLine } from '@rolecall/contract'
import { expect } from 'chai'
import fc from 'fast-check'

const priced: fc.Arbitrary<PricedLine> = fc.record({
  quantity: fc
    .oneof(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 1_000_000_000 }))
    .map((thousandths) => thousandths / 1_000),
  unitPriceMinor: fc.oneof(
    fc.integer({ min: -10_000, max: 10_000 }),
    fc.integer({ min: -100_000_000_000, max: 100_000_000_000 }),
  ),
  taxBasisPoints: fc.integer({ min: 0, max: 10_000 }),
})
/** As small as most are, so that sums lie within what can be counted exactly. */
const ordinary: fc.Arbitrary<PricedLine> = fc.record({
  quantity: fc.integer({ min: 1, max: 100_000 }).map((thousandths) => thousandths / 1_000),
  unitPriceMinor: fc.integer({ min: -10_000_000, max: 10_000_000 }),
  taxBasisPoints: fc.constantFrom(0, 1, 550, 700, 1_900, 2_000, 2_300, 3_333, 10_000),
})

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0)

describe('the amounts of an invoice', () => {
  it('add up: lines to the sums, rates to the sums, net and tax to the total, whatever the lines', () => {
    fc.assert(
      fc.property(fc.array(ordinary, { minLength: 1, maxLength: 100, size: 'max' }), (lines) => {
        const { lines: ofLines, taxes, ...sums } = amountsOf(lines)
        for (const name of ['netMinor', 'taxMinor', 'totalMinor'] as const) {
          expect(sum(ofLines.map((line) => line[name]))).to.equal(sums[name])
          expect(sum(taxes.map((tax) => tax[name]))).to.equal(sums[name])
          expect(Number.isSafeInteger(sums[name])).to.equal(true)
        }
        for (const { netMinor, taxMinor, totalMinor } of [...ofLines, ...taxes, sums]) {
          expect(netMinor + taxMinor).to.equal(totalMinor)
        }
        expect(taxes.map(({ taxBasisPoints }) => taxBasisPoints)).to.deep.equal(
          [...new Set(lines.map(({ taxBasisPoints }) => taxBasisPoints))].sort((a, b) => a - b),
        )
      }),
    )
  })

  it('are, of each line, the nearest integer to the exact amount, and of two the one further from zero', () => {
    fc.assert(
      fc.property(priced, (line) => {
        const { netMinor, taxMinor, totalMinor } = amountsOfLine(line)
        // What lies beyond is refused.
        fc.pre(Math.abs(totalMinor) <= maxAmountMinor)
        const thousandths = BigInt(Math.round(line.quantity * 1_000)) * BigInt(line.unitPriceMinor)
        expectNearest(BigInt(netMinor), thousandths, 1_000n)
        expectNearest(BigInt(taxMinor), BigInt(netMinor) * BigInt(line.taxBasisPoints), 10_000n)
      }),
    )
  })

  it('of a reduction are those of the same line, less', () => {
    fc.assert(
      fc.property(priced, (line) => {
        const { netMinor, taxMinor, totalMinor } = amountsOfLine(line)
        const reduced = amountsOfLine({ ...line, unitPriceMinor: -line.unitPriceMinor })
        expect(reduced.netMinor + netMinor).to.equal(0)
        expect(reduced.taxMinor + taxMinor).to.equal(0)
        expect(reduced.totalMinor + totalMinor).to.equal(0)
      }),
    )
  })

  it('do not depend on the order of the lines', () => {
    fc.assert(
      fc.property(fc.array(ordinary, { minLength: 1, maxLength: 20, size: 'max' }), (lines) => {
        const { lines: _, ...one } = amountsOf(lines)
        const { lines: __, ...other } = amountsOf([...lines].reverse())
        expect(one).to.deep.equal(other)
      }),
    )
  })

  it('are known of examples', () => {
    // 0.5 of 0.01 and 19 % of 0.5 of a cent are rounded up, and minus as much is rounded down.
    for (const [line, net, tax] of [
      [{ quantity: 2, unitPriceMinor: 4_900, taxBasisPoints: 2_300 }, 9_800, 2_254],
      [{ quantity: 0.5, unitPriceMinor: 1, taxBasisPoints: 5_000 }, 1, 1],
      [{ quantity: 0.5, unitPriceMinor: -1, taxBasisPoints: 5_000 }, -1, -1],
      [{ quantity: 0.499, unitPriceMinor: 1, taxBasisPoints: 0 }, 0, 0],
      [{ quantity: 1.005, unitPriceMinor: 100, taxBasisPoints: 0 }, 101, 0],
      [{ quantity: 3, unitPriceMinor: 333, taxBasisPoints: 1_900 }, 999, 190],
      [{ quantity: 1_000_000, unitPriceMinor: 1_000_000, taxBasisPoints: 10_000 }, 1e12, 1e12],
    ] as const) {
      expect(amountsOfLine(line), JSON.stringify(line)).to.deep.equal({
        netMinor: net,
        taxMinor: tax,
        totalMinor: net + tax,
      })
    }
  })

  it('are in minor units of as many digits as ISO 4217 says', () => {
    for (const [code, digits] of [
      ['EUR', 2],
      ['JPY', 0],
      ['KWD', 3],
      ['CLF', 4],
      ['eur', undefined],
      ['EU', undefined],
      ['UR ', undefined],
      ['ZZZ', undefined],
      ['DEM', undefined],
      ['', undefined],
    ] as const) {
      expect(minorDigitsOf(code), code).to.equal(digits)
    }
  })
})

function expectNearest(rounded: bigint, dividend: bigint, divisor: bigint): void {
  const distance = rounded * divisor - dividend
  const twice = distance < 0n ? -2n * distance : 2n * distance
  expect(twice <= divisor, `${dividend}/${divisor} is not ${rounded}`).to.equal(true)
  // Half way the further one of the two, so that it lies beyond what it is of.
  if (twice === divisor) expect(distance > 0n).to.equal(dividend > 0n)
}
