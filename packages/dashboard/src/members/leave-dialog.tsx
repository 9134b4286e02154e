import { Text } from '@mantine/core'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { Dialog } from '../ui/dialog.tsx'
import { DialogButtons } from '../ui/dialog-buttons.tsx'
import { Form } from '../ui/form.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
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
    <Dialog onClose={onClose} title={`Leave ${name}?`}>
      <Form onSend={() => leave.run()}>
        <ProblemNote error={leave.error} />
        <Text>You lose all access to {name} at once. Somebody who manages its members can add you again.</Text>
        <DialogButtons confirm="Leave" isPending={leave.isPending} isDangerous onCancel={onClose} />
      </Form>
    </Dialog>
  )
}
