import { type Answer, minorDigitsOf } from '@rolecall/contract'
import { stateOf } from './invoice-state.ts'
import { inMoney } from './money.ts'
import classes from './totals.module.css'

type Total = Answer<'invoices', 'list'>['totals'][number]

/** What all invoices come to, by who issues them, state and currency. What is void comes to nothing. */
export function Totals({ totals }: { totals: readonly Total[] }) {
  const shown = totals.filter(({ state }) => state !== 'void')
  if (shown.length === 0) return null
  return (
    <dl className={classes.totals} aria-label="Totals">
      {shown.map(({ issuer, state, currency, count, totalMinor }) => (
        <div key={`${issuer} ${state} ${currency}`} className={classes.total}>
          <dt>
            {stateOf(state).name}
            {issuer === 'operator' && ', to pay'} <span>({count.toLocaleString('en-GB')})</span>
          </dt>
          <dd>{inMoney(totalMinor, { currency, minorDigits: minorDigitsOf(currency) ?? 2 })}</dd>
        </div>
      ))}
    </dl>
  )
}
