import type { Invoice } from '@rolecall/contract'
import { CopyableId } from '../ui/copyable-id.tsx'
import facts from '../ui/facts.module.css'
import { RelativeTime } from '../ui/relative-time.tsx'
import { StateTag } from '../ui/state-tag.tsx'
import classes from './invoice-facts.module.css'
import { stateOf } from './invoice-state.ts'

/** How an invoice stands, from whom and to whom. */
export function InvoiceFacts({ invoice }: { invoice: Invoice }) {
  const { name, tone, about } = stateOf(invoice.state)
  const { supplier, customer, dueOn, openedAt, paidAt, voidedAt, note } = invoice
  return (
    <dl className={facts.facts}>
      <dt>State</dt>
      <dd>
        <StateTag tone={tone}>{name}</StateTag> <span className={facts.quiet}>{about}</span>
      </dd>
      <Party title="From" party={supplier} otherwise="The billing details, once it is opened" />
      <Party title="To" party={customer} otherwise="Nobody in particular" />
      {dueOn !== undefined && <Fact title="Due">{dueOn}</Fact>}
      <Time title="Drafted" at={invoice.createdAt} />
      <Time title="Opened" at={openedAt} />
      <Time title="Paid" at={paidAt} />
      <Time title="Declared void" at={voidedAt} />
      {note !== '' && <Fact title="Note">{note}</Fact>}
      <dt>Id</dt>
      <dd>
        <CopyableId id={invoice.id} />
      </dd>
    </dl>
  )
}

function Party({ title, party, otherwise }: { title: string; party: Invoice['customer']; otherwise: string }) {
  if (party === undefined) {
    return (
      <>
        <dt>{title}</dt>
        <dd className={facts.quiet}>{otherwise}</dd>
      </>
    )
  }
  const vat = party.vatNumber === '' ? '' : `VAT ${party.vatNumber}`
  return <Fact title={title}>{[party.name, party.address, vat].filter((text) => text !== '').join('\n')}</Fact>
}

function Fact({ title, children }: { title: string; children: string }) {
  return (
    <>
      <dt>{title}</dt>
      <dd className={classes.lines}>{children}</dd>
    </>
  )
}

function Time({ title, at }: { title: string; at: string | undefined }) {
  if (at === undefined) return null
  return (
    <>
      <dt>{title}</dt>
      <dd>
        <RelativeTime at={at} />
      </dd>
    </>
  )
}
