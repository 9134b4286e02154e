import type { Invoice } from '@rolecall/contract'
import { inMoney, rateInWords } from './money.ts'
import classes from './sums.module.css'

type Summed = Pick<Invoice, 'currency' | 'minorDigits' | 'netMinor' | 'totalMinor'> & {
  readonly taxes: readonly Invoice['taxes'][number][]
}

/** What lines come to: net, tax by rate, and in all. */
export function Sums({ amounts }: { amounts: Summed }) {
  return (
    <dl className={classes.sums} aria-label="Sums">
      <dt>Net</dt>
      <dd>{inMoney(amounts.netMinor, amounts)}</dd>
      {amounts.taxes.map(({ taxBasisPoints, netMinor, taxMinor }) => (
        <div key={taxBasisPoints} className={classes.row}>
          <dt>
            Tax {rateInWords(taxBasisPoints)} on {inMoney(netMinor, amounts)}
          </dt>
          <dd>{inMoney(taxMinor, amounts)}</dd>
        </div>
      ))}
      <div className={classes.row} data-total>
        <dt>Total</dt>
        <dd>{inMoney(amounts.totalMinor, amounts)}</dd>
      </div>
    </dl>
  )
}
