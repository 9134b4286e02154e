import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { Suspense } from 'react'
import { DeleteAccountDialog } from '../dialogs.ts'
import { Section } from '../ui/section.tsx'

export function DeleteAccount() {
  const [isOpen, dialog] = useDisclosure(false)
  return (
    <Section
      title="Delete your account"
      about="Your personal organisation goes with it, and you leave all others. Where you are the only Admin, appoint another first."
      tone="danger"
    >
      <Button color="red" variant="outline" onClick={dialog.open}>
        Delete your account…
      </Button>
      <Suspense>{isOpen && <DeleteAccountDialog onClose={dialog.close} />}</Suspense>
    </Section>
  )
}
