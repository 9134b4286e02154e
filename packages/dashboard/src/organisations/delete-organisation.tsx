import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { Section } from '../ui/section.tsx'
import { DeleteOrganisationDialog } from './delete-organisation-dialog.tsx'

export function DeleteOrganisation() {
  const [isOpen, dialog] = useDisclosure(false)
  return (
    <Section
      title="Delete the organisation"
      about="Everyone’s access ends at once. The name stays held for 30 days."
      tone="danger"
    >
      <Button color="red" variant="outline" onClick={dialog.open}>
        Delete the organisation…
      </Button>
      {isOpen && <DeleteOrganisationDialog onClose={dialog.close} />}
    </Section>
  )
}
