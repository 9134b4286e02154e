import { Text } from '@mantine/core'
import type { MemberRow } from '@rolecall/sdk'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
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
    <ConfirmDialog
      title={`Remove ${person}?`}
      confirm={`Remove ${person}`}
      action={remove}
      isDisabled={rehearsal.error !== undefined}
      isDangerous
      size={580}
      onClose={onClose}
    >
      <Text>
        {person} is not a member of {name} any more. What {person} did stays in the log, and you can add {person} again.
      </Text>
      <Effect
        account={member.account.id}
        name={person}
        rehearsal={rehearsal}
        whenNothing={`${person} is suspended and has no access to lose.`}
      />
    </ConfirmDialog>
  )
}
