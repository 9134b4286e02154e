import { NativeSelect, Text } from '@mantine/core'
import type { Role } from '@rolecall/contract'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { usePreview } from '../members/use-preview.ts'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { useAction } from '../ui/use-action.ts'
import { useWatched } from '../ui/use-watched.ts'
import { RoleImpact } from './role-impact.tsx'

/** Deletes a role. Who holds it gets another one, and it shows what that changes. */
export default function DeleteRoleDialog({ role, onClose }: { role: Role; onClose: () => void }) {
  const { id, roles, live } = useOrganisation()
  const navigate = useNavigate()
  const { rows } = useWatched(live.members)
  const isHeld = rows.some((row) => row.role === role.id)
  const [chosen, choose] = useState('')
  const replacement = roles.rows.find((one) => one.id === chosen && one.id !== role.id)?.id
  const isReady = !isHeld || replacement !== undefined
  const request = {
    organisation: id,
    role: role.id,
    ...(isHeld && replacement !== undefined ? { replacement } : {}),
  }

  const rehearsal = usePreview(isReady ? `${role.permissions} ${isHeld} ${replacement}` : undefined, (options) =>
    rolecall.roles.delete({ ...request, dryRun: true }, options),
  )
  const remove = useAction(async () => {
    await rolecall.roles.delete(request)
    announce(`The role ${role.name} was deleted.`)
    await navigate(`/o/${id}/roles`)
    onClose()
  })
  const others = roles.rows.filter((one) => one.id !== role.id).map(({ id: value, name }) => ({ value, label: name }))

  return (
    <ConfirmDialog
      title={`Delete the role ${role.name}?`}
      confirm="Delete the role"
      action={remove}
      isDisabled={!isReady || rehearsal.error !== undefined}
      isDangerous
      size={580}
      onClose={onClose}
    >
      {isHeld ? (
        <NativeSelect
          label="Who holds it becomes"
          data={[{ value: '', label: 'Choose a role' }, ...others]}
          value={chosen}
          onChange={(event) => choose(event.currentTarget.value)}
          data-autofocus
        />
      ) : (
        <Text>It can be given to nobody any more.</Text>
      )}
      <RoleImpact role={role} isChanged={isReady} rehearsal={rehearsal} />
    </ConfirmDialog>
  )
}
