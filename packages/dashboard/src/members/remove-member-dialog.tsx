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
import { Effect } from './effect.tsx'
import { usePreview } from './use-preview.ts'

export function RemoveMemberDialog({ member, onClose }: { member: MemberRow; onClose: () => void }) {
  const { id, name } = useOrganisation()
  const person = member.account.name
  const request = { organisation: id, member: member.id }
  const rehearsal = usePreview(`${member.role} ${member.status}`, (options) =>
    rolecall.members.remove({ ...request, dryRun: true }, options),
  )
  const remove = useAction(async () => {
    await rolecall.members.remove(request)
    announce(`${person} was removed.`)
    onClose()
  })
  return (
    <Dialog onClose={onClose} title={`Remove ${person}?`} size={580}>
      <Form onSend={() => remove.run()}>
        <ProblemNote error={remove.error} />
        <Text>
          {person} is not a member of {name} any more. What {person} did stays in the log, and you can add {person}{' '}
          again.
        </Text>
        <Effect
          account={member.account.id}
          name={person}
          rehearsal={rehearsal}
          whenNothing={`${person} is suspended and has no access to lose.`}
        />
        <DialogButtons
          confirm={`Remove ${person}`}
          isPending={remove.isPending}
          isDisabled={rehearsal.error !== undefined}
          isDangerous
          onCancel={onClose}
        />
      </Form>
    </Dialog>
  )
}
