import { Text } from '@mantine/core'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { useAction } from '../ui/use-action.ts'

/** Leaves the organisation; the frame goes elsewhere as soon as access has ended. */
export default function LeaveDialog({ onClose }: { onClose: () => void }) {
  const { id, name } = useOrganisation()
  const leave = useAction(async () => {
    const { member } = await rolecall.permissions.mine({ organisation: id })
    await rolecall.members.remove({ organisation: id, member })
    onClose()
  })
  return (
    <ConfirmDialog title={`Leave ${name}?`} confirm="Leave" action={leave} isDangerous onClose={onClose}>
      <Text>You lose all access to {name} at once. Somebody who manages its members can add you again.</Text>
    </ConfirmDialog>
  )
}
