import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { Suspense } from 'react'
import { TransferDialog } from '../dialogs.ts'
import { Section } from '../ui/section.tsx'

export function TransferOrganisation() {
  const [isOpen, dialog] = useDisclosure(false)
  return (
    <Section title="Hand over" about="Another member becomes Admin in your place, and you stay as Manager.">
      <Button variant="default" onClick={dialog.open}>
        Hand over the organisation…
      </Button>
      <Suspense>{isOpen && <TransferDialog onClose={dialog.close} />}</Suspense>
    </Section>
  )
}
