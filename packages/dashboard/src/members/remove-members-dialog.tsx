import { Text } from '@mantine/core'
import type { MemberRow } from '@rolecall/sdk'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { DialogButtons } from '../ui/dialog-buttons.tsx'
import { Form } from '../ui/form.tsx'
import { useAction } from '../ui/use-action.ts'
import { BatchEffect } from './batch-effect.tsx'
import { howMany, namesOf } from './batch-people.ts'
import { BatchRefusal } from './batch-refusal.tsx'
import { usePreview } from './use-preview.ts'

/** Removes many members, all of them or none, and shows before what that takes. */
export function RemoveMembersDialog({ members, onClose }: { members: readonly MemberRow[]; onClose: () => void }) {
  const { id: organisation, name } = useOrganisation()
  const changes = members.map(({ id: member }) => ({ member, action: 'remove' as const }))
  const rehearsal = usePreview('remove', (options) =>
    rolecall.members.batch({ organisation, changes, dryRun: true }, options),
  )
  const remove = useAction(async () => {
    await rolecall.members.batch({ organisation, changes })
    announce(`${howMany(members.length)} removed.`)
    onClose()
  })
  return (
    <Dialog onClose={onClose} size={580} title={`Remove ${howMany(members.length)}?`}>
      <Form onSend={() => remove.run()}>
        <BatchRefusal error={remove.error} members={members} />
        <Text>
          {namesOf(members)} will not be in {name} any more. What they did stays in the log, and you can add them again.
        </Text>
        <BatchEffect
          members={members}
          rehearsal={rehearsal}
          isRemoval
          whenNothing="They are suspended and have no access to lose."
        />
        <DialogButtons
          confirm={`Remove ${howMany(members.length)}`}
          isPending={remove.isPending}
          isDisabled={rehearsal.error !== undefined}
          isDangerous
          onCancel={onClose}
        />
      </Form>
    </Dialog>
  )
}
