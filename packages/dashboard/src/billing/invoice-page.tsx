import type { Invoice } from '@rolecall/contract'
import { useState } from 'react'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { Page } from '../ui/page.tsx'
import { Section } from '../ui/section.tsx'
import { TextLink } from '../ui/text-link.tsx'
import { InvoiceActions } from './invoice-actions.tsx'
import { InvoiceDialog, type InvoiceStep } from './invoice-dialog.tsx'
import { InvoiceFacts } from './invoice-facts.tsx'
import { InvoiceLines } from './invoice-lines.tsx'
import { titleOf } from './invoice-state.ts'
import { WhereFound } from './where-found.tsx'

export function InvoicePage() {
  return <WhereFound>{(invoice) => <Shown invoice={invoice} />}</WhereFound>
}

/** One invoice as it stands, and what one can do with it. */
function Shown({ invoice }: { invoice: Invoice }) {
  const { id } = useOrganisation()
  const [step, setStep] = useState<InvoiceStep>()
  return (
    <Page
      title={titleOf(invoice)}
      about={
        invoice.issuer === 'operator'
          ? 'Issued by the operator of this platform. It can be paid here, and not changed.'
          : 'Issued by this organisation.'
      }
      back={<TextLink to={`/o/${id}/billing`}>← Billing</TextLink>}
      action={<InvoiceActions invoice={invoice} onStep={setStep} />}
    >
      <Section title="Invoice">
        <InvoiceFacts invoice={invoice} />
      </Section>
      <Section title="Lines">
        <InvoiceLines invoice={invoice} />
      </Section>
      {step !== undefined && <InvoiceDialog step={step} invoice={invoice} onClose={() => setStep(undefined)} />}
    </Page>
  )
}
