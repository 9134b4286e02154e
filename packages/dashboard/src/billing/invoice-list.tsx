import type { InvoiceSummary } from '@rolecall/contract'
import { Link } from 'react-router'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { List, RowWords } from '../ui/list.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { StateTag } from '../ui/state-tag.tsx'
import classes from './invoice-list.module.css'
import { stateOf, titleOf } from './invoice-state.ts'
import { inMoney } from './money.ts'

/** Invoices, the newest first. */
export function InvoiceList({ invoices }: { invoices: readonly InvoiceSummary[] }) {
  return (
    <List label="Invoices" isBoxed>
      {invoices.map((invoice) => (
        <Row key={invoice.id} invoice={invoice} />
      ))}
    </List>
  )
}

function Row({ invoice }: { invoice: InvoiceSummary }) {
  const { id } = useOrganisation()
  const { name, tone } = stateOf(invoice.state)
  return (
    <li>
      <Link to={`/o/${id}/billing/${invoice.id}`} className={classes.link}>
        <RowWords name={titleOf(invoice)}>
          <span className={classes.about}>
            {invoice.issuer === 'operator' ? 'To pay' : 'Issued here'}
            {invoice.reference !== undefined && invoice.counterparty !== '' && ` · ${invoice.counterparty}`}
            {invoice.dueOn !== undefined && ` · due ${invoice.dueOn}`}
          </span>
        </RowWords>
        <StateTag tone={tone}>{name}</StateTag>
        <RelativeTime
          at={invoice.paidAt ?? invoice.voidedAt ?? invoice.openedAt ?? invoice.createdAt}
          className={classes.about}
        />
        <span className={classes.amount}>{inMoney(invoice.totalMinor, invoice)}</span>
      </Link>
    </li>
  )
}
