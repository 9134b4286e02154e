import { TextInput } from '@mantine/core'
import { canAssign, type Role, type RoleId } from '@rolecall/contract'
import { useState } from 'react'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { grantOf } from '../roles/roles.ts'
import { announce } from '../ui/announcer.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { DialogButtons } from '../ui/dialog-buttons.tsx'
import { Form } from '../ui/form.tsx'
import { textOf } from '../ui/form-data.ts'
import { placeError } from '../ui/place-error.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { useAction } from '../ui/use-action.ts'
import { RoleChoice } from './role-choice.tsx'

export default function AddMemberDialog({ onClose }: { onClose: () => void }) {
  const { id, name, me, roles } = useOrganisation()
  const may = (choice: Role) => canAssign(me, undefined, grantOf(choice))
  const [role, setRole] = useState<RoleId>(() => (may(roles.get('developer')).allowed ? 'developer' : 'accounting'))
  const add = useAction(async (form: FormData) => {
    const member = await rolecall.members.add({ organisation: id, email: textOf(form, 'email'), role })
    announce(`${member.account.name} was added as ${roles.get(role).name}.`)
    onClose()
  })
  const { fields, rest } = placeError(add.error, { email: ['account_not_found', 'already_member'] })

  return (
    <Dialog onClose={onClose} size={580} title={`Add a member to ${name}`}>
      <Form onSend={add.run}>
        <ProblemNote error={rest} />
        <TextInput
          name="email"
          type="email"
          label="Email"
          description="Of somebody who has an account here."
          autoComplete="off"
          required
          withAsterisk={false}
          error={fields.email}
          data-autofocus
        />
        <RoleChoice label="Role" value={role} onChange={setRole} may={may} />
        <DialogButtons confirm="Add member" isPending={add.isPending} onCancel={onClose} />
      </Form>
    </Dialog>
  )
}
