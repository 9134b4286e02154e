import { Text } from '@mantine/core'
import type { Invoice } from '@rolecall/contract'
import { useNavigate } from 'react-router'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { useAction } from '../ui/use-action.ts'
import { nameOf, titleOf } from './invoice-state.ts'
import { inMoney } from './money.ts'

export type InvoiceStep = 'open' | 'pay' | 'void' | 'delete'

const steps = {
  open: {
    title: 'Open',
    confirm: 'Open the invoice',
    about:
      'It gets the next number of the year and the billing details of now. Nothing of it can be changed afterwards.',
    done: 'was opened.',
  },
  pay: {
    title: 'Mark as paid:',
    confirm: 'It was paid',
    about: 'This cannot be taken back.',
    done: 'is paid.',
  },
  void: {
    title: 'Declare void:',
    confirm: 'Declare it void',
    about: 'It is not to be paid any more. It keeps its number and stays in the list. This cannot be taken back.',
    done: 'is void.',
  },
  delete: {
    title: 'Delete',
    confirm: 'Delete the draft',
    about: 'A draft has no number, so that none is missing afterwards.',
    done: 'was deleted.',
  },
} as const

/** Asks before an invoice takes a step that leads nowhere back. */
export function InvoiceDialog(props: { step: InvoiceStep; invoice: Invoice; onClose: () => void }) {
  const { step, invoice, onClose } = props
  const { id: organisation } = useOrganisation()
  const navigate = useNavigate()
  const { title, confirm, about, done } = steps[step]
  const take = useAction(async () => {
    await rolecall.invoices[step]({ organisation, invoice: invoice.id })
    announce(`${titleOf(invoice)} ${done}`)
    onClose()
    if (step === 'delete') await navigate(`/o/${organisation}/billing`)
  })
  return (
    <ConfirmDialog
      title={`${title} ${nameOf(invoice)}?`}
      confirm={confirm}
      action={take}
      isDangerous={step === 'void' || step === 'delete'}
      onClose={onClose}
    >
      <Text>
        Over {inMoney(invoice.totalMinor, invoice)}. {about}
      </Text>
    </ConfirmDialog>
  )
}
