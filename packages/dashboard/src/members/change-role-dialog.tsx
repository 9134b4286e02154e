import type { RoleId } from '@rolecall/contract'
import type { MemberRow } from '@rolecall/sdk'
import { useState } from 'react'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { DialogButtons } from '../ui/dialog-buttons.tsx'
import { Form } from '../ui/form.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { useAction } from '../ui/use-action.ts'
import { Effect } from './effect.tsx'
import { RoleChoice } from './role-choice.tsx'
import { useMayAssign } from './use-may-assign.ts'
import { usePreview } from './use-preview.ts'

/** Changes a member’s role, and shows before what that will do. */
export function ChangeRoleDialog(props: { member: MemberRow; role?: RoleId | undefined; onClose: () => void }) {
  const { member, onClose } = props
  const { id, me, roles } = useOrganisation()
  const [role, setRole] = useState<RoleId>(props.role ?? member.role)
  const may = useMayAssign(member)
  const isSelf = member.account.id === me.account
  const isSame = role === member.role
  const request = { organisation: id, member: member.id, role }

  const rehearsal = usePreview(isSame ? undefined : `${member.role} ${member.status} ${role}`, (options) =>
    rolecall.members.changeRole({ ...request, dryRun: true }, options),
  )
  const change = useAction(async () => {
    await rolecall.members.changeRole(request)
    announce(`${member.account.name} is now ${roles.get(role).name}.`)
    onClose()
  })

  return (
    <Dialog
      onClose={onClose}
      size={580}
      title={isSelf ? 'Change your role' : `Change the role of ${member.account.name}`}
    >
      <Form onSend={() => change.run()}>
        <ProblemNote error={change.error} />
        <RoleChoice label="Role" value={role} onChange={setRole} may={may} />
        {!isSame && (
          <Effect
            account={member.account.id}
            name={isSelf ? 'You' : member.account.name}
            rehearsal={rehearsal}
            whenNothing={
              member.status === 'suspended'
                ? 'This takes effect once access is given again.'
                : 'Both roles permit the same.'
            }
          />
        )}
        <DialogButtons
          confirm={isSame ? 'Change role' : `Change to ${roles.get(role).name}`}
          isPending={change.isPending}
          isDisabled={isSame || rehearsal.error !== undefined}
          onCancel={onClose}
        />
      </Form>
    </Dialog>
  )
}
