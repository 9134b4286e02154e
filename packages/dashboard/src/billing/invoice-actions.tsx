import { Button, Group } from '@mantine/core'
import type { Invoice } from '@rolecall/contract'
import { IconDownload } from '@tabler/icons-react'
import { Link } from 'react-router'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { saveFile } from '../ui/save-file.ts'
import { useAction } from '../ui/use-action.ts'
import type { InvoiceStep } from './invoice-dialog.tsx'

/** What one can do with an invoice as it stands. */
export function InvoiceActions({ invoice, onStep }: { invoice: Invoice; onStep: (step: InvoiceStep) => void }) {
  const { id: organisation, permissions } = useOrganisation()
  const download = useAction(async () => {
    const file = await rolecall.invoices.pdf({ organisation, invoice: invoice.id })
    saveFile(`invoice-${invoice.reference ?? 'draft'}.pdf`, 'application/pdf', file)
    announce('The invoice was downloaded.')
  })
  const isOwn = invoice.issuer === 'organisation'
  const mayManage = permissions.includes('billing:manage')
  return (
    <Group gap="xs">
      <ProblemNote error={download.error} />
      <Button
        variant="default"
        leftSection={<IconDownload size={16} stroke={1.7} />}
        loading={download.isPending}
        onClick={() => download.run()}
      >
        PDF
      </Button>
      {mayManage && isOwn && invoice.state === 'draft' && (
        <>
          <Button variant="default" color="red" onClick={() => onStep('delete')}>
            Delete…
          </Button>
          <Button variant="default" component={Link} to={`/o/${organisation}/billing/${invoice.id}/edit`}>
            Edit
          </Button>
          <Button onClick={() => onStep('open')}>Open…</Button>
        </>
      )}
      {mayManage && isOwn && invoice.state === 'open' && (
        <Button variant="default" onClick={() => onStep('void')}>
          Declare void…
        </Button>
      )}
      {mayManage && invoice.state === 'open' && <Button onClick={() => onStep('pay')}>Mark as paid…</Button>}
    </Group>
  )
}
