import type { Invoice } from '@rolecall/contract'
import { Navigate, useNavigate } from 'react-router'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { OtherChangeNote, useOtherChange } from '../organisations/other-change.tsx'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { Page } from '../ui/page.tsx'
import { TextLink } from '../ui/text-link.tsx'
import { useAction } from '../ui/use-action.ts'
import { InvoiceEditor } from './invoice-editor.tsx'
import { nameOf } from './invoice-state.ts'
import { typedOf, useInvoiceDraft } from './use-invoice-draft.ts'
import { WhereFound } from './where-found.tsx'

export function EditInvoicePage() {
  const { id } = useOrganisation()
  return (
    <WhereFound>
      {(invoice) =>
        // Somebody else may open it meanwhile: from then on there is nothing to edit.
        invoice.state === 'draft' && invoice.issuer === 'organisation' ? (
          <Editor invoice={invoice} />
        ) : (
          <Navigate to={`/o/${id}/billing/${invoice.id}`} replace />
        )
      }
    </WhereFound>
  )
}

/** Changes a draft. */
function Editor({ invoice }: { invoice: Invoice }) {
  const { id: organisation } = useOrganisation()
  const navigate = useNavigate()
  const draft = useInvoiceDraft(invoice.currency, invoice)
  const back = `/o/${organisation}/billing/${invoice.id}`
  const other = useOtherChange(
    typedOf(invoice),
    ({ type, data }) => type === 'invoice.updated' && data.invoice.id === invoice.id,
  )
  const save = useAction(async () => {
    const { typed, lines } = draft
    if (lines === undefined) return
    const { customerName: name, customerAddress: address, customerVatNumber: vatNumber } = typed
    other.knows({ ...typed, lines: typed.lines.map((line, key) => ({ ...line, key })) })
    const saved = await rolecall.invoices.update({
      organisation,
      invoice: invoice.id,
      lines: [...lines],
      currency: typed.currency,
      note: typed.note,
      customer: name === '' ? null : { name, address, vatNumber },
      dueOn: typed.dueOn === '' ? null : typed.dueOn,
    })
    other.knows(typedOf(saved))
    announce('The draft was saved.')
    await navigate(back)
  })
  return (
    <Page title={`Edit ${nameOf(invoice)}`} back={<TextLink to={back}>← The invoice</TextLink>}>
      <InvoiceEditor draft={draft} error={save.error} isPending={save.isPending} back={back} onSave={() => save.run()}>
        <OtherChangeNote of={other} isSaving={save.isPending}>
          this draft just now. What stands here replaces that once you save it.
        </OtherChangeNote>
      </InvoiceEditor>
    </Page>
  )
}
