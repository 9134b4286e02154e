import { Text } from '@mantine/core'
import type { MemberRow } from '@rolecall/sdk'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { DialogButtons } from '../ui/dialog-buttons.tsx'
import { Form } from '../ui/form.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { useAction } from '../ui/use-action.ts'

export function RemoveMemberDialog({ member, onClose }: { member: MemberRow; onClose: () => void }) {
  const { id, name } = useOrganisation()
  const person = member.account.name
  const remove = useAction(async () => {
    await rolecall.members.remove({ organisation: id, member: member.id })
    announce(`${person} was removed.`)
    onClose()
  })
  return (
    <Dialog onClose={onClose} title={`Remove ${person}?`}>
      <Form onSend={() => remove.run()}>
        <ProblemNote error={remove.error} />
        <Text>
          {person} loses all access to {name} at once, on every page that is open. What {person} did stays in the log,
          and you can add {person} again.
        </Text>
        <DialogButtons confirm={`Remove ${person}`} isPending={remove.isPending} isDangerous onCancel={onClose} />
      </Form>
    </Dialog>
  )
}
