import { Text } from '@mantine/core'
import type { Assignability, Role, RoleId } from '@rolecall/contract'
import type { MemberRow } from '@rolecall/sdk'
import { useState } from 'react'
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
import { RoleChoice } from './role-choice.tsx'
import { useMayAssignTo } from './use-may-assign.ts'
import { usePreview } from './use-preview.ts'

/** Gives many members one role, all of them or none, and shows before what that will do. */
export function ChangeRolesDialog({ members, onClose }: { members: readonly MemberRow[]; onClose: () => void }) {
  const { id: organisation, roles } = useOrganisation()
  const [role, setRole] = useState<RoleId>()
  const mayAssign = useMayAssignTo()
  const may = (choice: Role): Assignability =>
    members.map((member) => mayAssign(member, choice)).find(({ allowed }) => !allowed) ?? { allowed: true }

  const changing = members.filter((member) => member.role !== role)
  const isNothing = role === undefined || changing.length === 0
  const changes = role === undefined ? [] : changing.map(({ id: member }) => ({ member, role }))
  const rehearsal = usePreview(isNothing ? undefined : role, (options) =>
    rolecall.members.batch({ organisation, changes, dryRun: true }, options),
  )
  const change = useAction(async () => {
    await rolecall.members.batch({ organisation, changes })
    if (role !== undefined) announce(`The role of ${howMany(changes.length)} is now ${roles.get(role).name}.`)
    onClose()
  })

  return (
    <Dialog onClose={onClose} size={580} title={`Change the role of ${howMany(members.length)}`}>
      <Form onSend={() => change.run()}>
        <BatchRefusal error={change.error} members={changing} />
        <Text>{namesOf(members)}</Text>
        <RoleChoice label="Role" value={role} onChange={setRole} may={may} />
        {role !== undefined && changing.length === 0 && <Text>They all have this role already.</Text>}
        {!isNothing && (
          <BatchEffect
            members={changing}
            rehearsal={rehearsal}
            whenNothing="Nobody gains or loses anything by this at the moment."
          />
        )}
        <DialogButtons
          confirm={isNothing ? 'Change role' : `Change ${changes.length} to ${roles.get(role).name}`}
          isPending={change.isPending}
          isDisabled={isNothing || rehearsal.error !== undefined}
          onCancel={onClose}
        />
      </Form>
    </Dialog>
  )
}
