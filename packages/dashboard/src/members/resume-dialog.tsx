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
    <Dialog onClose={onClose} title={`Give ${person} access again?`} size={580}>
      <Form onSend={() => resume.run()}>
        <ProblemNote error={resume.error} />
        <Effect
          account={member.account.id}
          name={person}
          rehearsal={rehearsal}
          whenNothing={`${person} has access already.`}
        />
        <DialogButtons
          confirm="Give access again"
          isPending={resume.isPending}
          isDisabled={rehearsal.error !== undefined}
          onCancel={onClose}
        />
      </Form>
    </Dialog>
  )
}
