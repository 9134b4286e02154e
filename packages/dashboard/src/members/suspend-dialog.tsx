import { Text } from '@mantine/core'
import type { MemberRow } from '@rolecall/sdk'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { useAction } from '../ui/use-action.ts'
import { Effect } from './effect.tsx'
import { usePreview } from './use-preview.ts'

/** Lets a member’s access rest, and shows before what that takes. */
export function SuspendDialog({ member, onClose }: { member: MemberRow; onClose: () => void }) {
  const { id, name, roles } = useOrganisation()
  const person = member.account.name
  const request = { organisation: id, member: member.id }
  const rehearsal = usePreview(`${member.role} ${member.status}`, (options) =>
    rolecall.members.suspend({ ...request, dryRun: true }, options),
  )
  const suspend = useAction(async () => {
    await rolecall.members.suspend(request)
    announce(`${person} is suspended.`)
    onClose()
  })
  return (
    <ConfirmDialog
      title={`Suspend ${person}?`}
      confirm={`Suspend ${person}`}
      action={suspend}
      isDisabled={rehearsal.error !== undefined}
      isDangerous
      size={580}
      onClose={onClose}
    >
      <Text>
        {person} stays in the list as {roles.get(member.role).name}, without any access to {name}, until somebody gives
        it again.
      </Text>
      <Effect
        account={member.account.id}
        name={person}
        rehearsal={rehearsal}
        whenNothing={`${person} is suspended already.`}
      />
    </ConfirmDialog>
  )
}
