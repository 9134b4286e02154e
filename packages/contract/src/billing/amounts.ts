/**
 * What the lines of an invoice come to, in integers of the currency’s minor unit. Each line is rounded by itself, half
 * away from zero, first its net amount and then the tax on that; every sum is one of rounded amounts, so that whoever
 * adds up what is shown comes to what is shown. Why: docs/decisions/billing.md.
 */

export interface PricedLine {
  /** How many, in thousandths at the finest. */
  readonly quantity: number
  /** Negative for a reduction. */
  readonly unitPriceMinor: number
  /** 2300 is 23 %. */
  readonly taxBasisPoints: number
}

export interface Amounts {
  readonly netMinor: number
  readonly taxMinor: number
  readonly totalMinor: number
}

export interface TaxAmounts extends Amounts {
  readonly taxBasisPoints: number
}

export interface InvoiceAmounts extends Amounts {
  readonly lines: readonly Amounts[]
  /** By rate, the lowest first. */
  readonly taxes: readonly TaxAmounts[]
}

/** No amount of a line or an invoice lies beyond, in either direction: all sums stay exact. */
export const maxAmountMinor = 1_000_000_000_000

/** Of one line. Exact whatever the factors; whether they are within bounds is for the caller to see. */
export function amountsOfLine({ quantity, unitPriceMinor, taxBasisPoints }: PricedLine): Amounts {
  const thousandths = BigInt(Math.round(quantity * 1_000))
  const net = divided(thousandths * BigInt(unitPriceMinor), 1_000n)
  const tax = divided(net * BigInt(taxBasisPoints), 10_000n)
  return { netMinor: Number(net), taxMinor: Number(tax), totalMinor: Number(net + tax) }
}

export function amountsOf(lines: readonly PricedLine[]): InvoiceAmounts {
  const amounts = lines.map(amountsOfLine)
  const rates = [...new Set(lines.map(({ taxBasisPoints }) => taxBasisPoints))].sort((a, b) => a - b)
  const taxes = rates.map((taxBasisPoints) => {
    const ofRate = amounts.filter((_, index) => lines[index]?.taxBasisPoints === taxBasisPoints)
    return { taxBasisPoints, ...sumOf(ofRate) }
  })
  return { lines: amounts, taxes, ...sumOf(amounts) }
}

function sumOf(amounts: readonly Amounts[]): Amounts {
  return amounts.reduce(
    (sum, { netMinor, taxMinor, totalMinor }) => ({
      netMinor: sum.netMinor + netMinor,
      taxMinor: sum.taxMinor + taxMinor,
      totalMinor: sum.totalMinor + totalMinor,
    }),
    { netMinor: 0, taxMinor: 0, totalMinor: 0 },
  )
}

/** Rounded half away from zero. */
function divided(dividend: bigint, divisor: bigint): bigint {
  const half = divisor / 2n
  return (dividend < 0n ? dividend - half : dividend + half) / divisor
}
