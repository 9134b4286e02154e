import { useNavigate } from 'react-router'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { AfterAMoment } from '../ui/after-a-moment.tsx'
import { announce } from '../ui/announcer.tsx'
import { Page } from '../ui/page.tsx'
import { PageSkeleton } from '../ui/page-skeleton.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { TextLink } from '../ui/text-link.tsx'
import { useAction } from '../ui/use-action.ts'
import { InvoiceEditor } from './invoice-editor.tsx'
import { useInvoiceDraft } from './use-invoice-draft.ts'
import { useBillingDetails } from './use-invoices.ts'

/** Drafts an invoice in the currency of the billing details. */
export function NewInvoicePage() {
  const { id, name } = useOrganisation()
  const { answer, error } = useBillingDetails()
  return (
    <Page
      title="Draft an invoice"
      about={`It is ${name} that issues it. It gets its number when it is opened.`}
      back={<TextLink to={`/o/${id}/billing`}>← Billing</TextLink>}
    >
      {answer !== undefined ? (
        <Editor currency={answer.currency} />
      ) : error === undefined ? (
        <AfterAMoment>
          <PageSkeleton />
        </AfterAMoment>
      ) : (
        <ProblemNote error={error} />
      )}
    </Page>
  )
}

function Editor({ currency }: { currency: string }) {
  const { id: organisation } = useOrganisation()
  const navigate = useNavigate()
  const draft = useInvoiceDraft(currency)
  const save = useAction(async () => {
    const { typed, lines } = draft
    if (lines === undefined) return
    const { customerName: name, customerAddress: address, customerVatNumber: vatNumber } = typed
    const { id } = await rolecall.invoices.create({
      organisation,
      lines: [...lines],
      currency: typed.currency,
      note: typed.note,
      ...(name === '' ? {} : { customer: { name, address, vatNumber } }),
      ...(typed.dueOn === '' ? {} : { dueOn: typed.dueOn }),
    })
    announce('The invoice was drafted.')
    await navigate(`/o/${organisation}/billing/${id}`)
  })
  return (
    <InvoiceEditor
      draft={draft}
      error={save.error}
      isPending={save.isPending}
      back={`/o/${organisation}/billing`}
      onSave={() => save.run()}
    />
  )
}
