import type { MemberRow } from '@rolecall/sdk'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { useAction } from '../ui/use-action.ts'
import { Effect } from './effect.tsx'
import { usePreview } from './use-preview.ts'

/** Gives a suspended member access again, and shows before to what. */
export function ResumeDialog({ member, onClose }: { member: MemberRow; onClose: () => void }) {
  const { id } = useOrganisation()
  const person = member.account.name
  const request = { organisation: id, member: member.id }
  const rehearsal = usePreview(`${member.role} ${member.status}`, (options) =>
    rolecall.members.resume({ ...request, dryRun: true }, options),
  )
  const resume = useAction(async () => {
    await rolecall.members.resume(request)
    announce(`${person} has access again.`)
    onClose()
  })
  return (
    <ConfirmDialog
      title={`Give ${person} access again?`}
      confirm="Give access again"
      action={resume}
      isDisabled={rehearsal.error !== undefined}
      size={580}
      onClose={onClose}
    >
      <Effect
        account={member.account.id}
        name={person}
        rehearsal={rehearsal}
        whenNothing={`${person} has access already.`}
      />
    </ConfirmDialog>
  )
}
