import { Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { Link } from 'react-router'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { Page } from '../ui/page.tsx'
import { TextLink } from '../ui/text-link.tsx'
import { InvoiceLog } from './invoice-log.tsx'

/** The invoices of the organisation, and what they come to. */
export function BillingPage() {
  const { id, name, permissions } = useOrganisation()
  return (
    <Page
      title="Billing"
      about={
        <>
          What {name} is paid and has to pay. <TextLink to={`/o/${id}/billing/details`}>Billing details</TextLink>
        </>
      }
      action={
        permissions.includes('billing:manage') && (
          <Button leftSection={<IconPlus size={18} stroke={1.8} />} component={Link} to={`/o/${id}/billing/new`}>
            Draft an invoice
          </Button>
        )
      }
    >
      <InvoiceLog />
    </Page>
  )
}
