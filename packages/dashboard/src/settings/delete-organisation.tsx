import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { Suspense } from 'react'
import { DeleteOrganisationDialog } from '../dialogs.ts'
import { Section } from '../ui/section.tsx'

export function DeleteOrganisation() {
  const [isOpen, dialog] = useDisclosure(false)
  return (
    <Section
      title="Delete the organisation"
      about="Everyone’s access ends at once. For 30 days its Admins can bring it back as it was, and nobody else can take its name."
      tone="danger"
    >
      <Button color="red" variant="outline" onClick={dialog.open}>
        Delete the organisation…
      </Button>
      <Suspense>{isOpen && <DeleteOrganisationDialog onClose={dialog.close} />}</Suspense>
    </Section>
  )
}
