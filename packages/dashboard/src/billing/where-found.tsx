import type { Invoice } from '@rolecall/contract'
import { IconReceiptOff } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useParams } from 'react-router'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { AfterAMoment } from '../ui/after-a-moment.tsx'
import { Empty } from '../ui/empty.tsx'
import { PageSkeleton } from '../ui/page-skeleton.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { TextLink } from '../ui/text-link.tsx'
import { useInvoice } from './use-invoices.ts'

/** The page of the invoice of the address: that it is on its way, is no more, or what it is. */
export function WhereFound({ children }: { children: (invoice: Invoice) => ReactNode }) {
  const { id, name } = useOrganisation()
  const { invoice = '' } = useParams()
  const { answer, error } = useInvoice(invoice)
  if (error?.code === 'not_found') {
    return (
      <Empty
        isPage
        icon={<IconReceiptOff size={26} stroke={1.6} />}
        title="There is no such invoice, or not any more"
        action={<TextLink to={`/o/${id}/billing`}>All invoices</TextLink>}
      >
        This address was that of an invoice of {name}. Drafts can be deleted; what has a number stays.
      </Empty>
    )
  }
  if (answer !== undefined) return children(answer)
  return error === undefined ? (
    <AfterAMoment>
      <PageSkeleton />
    </AfterAMoment>
  ) : (
    <ProblemNote error={error} />
  )
}
