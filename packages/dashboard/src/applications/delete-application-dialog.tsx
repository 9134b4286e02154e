import { Text } from '@mantine/core'
import type { Application } from '@rolecall/contract'
import { useNavigate } from 'react-router'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { useAction } from '../ui/use-action.ts'

/** Deletes an application once its name was typed: nothing brings its repository back. */
export function DeleteApplicationDialog(props: { application: Application; onClose: () => void }) {
  const { id: organisation } = useOrganisation()
  const { application, onClose } = props
  const { id, name } = application
  const navigate = useNavigate()
  const remove = useAction(async () => {
    await rolecall.applications.delete({ organisation, application: id })
    announce(`${name} was deleted.`)
    await navigate(`/o/${organisation}/applications`)
  })
  return (
    <ConfirmDialog
      title={`Delete ${name}?`}
      confirm="Delete the application"
      action={remove}
      typed={name}
      isDangerous
      onClose={onClose}
    >
      <Text>Its repository goes with it, with all branches and commits, and cannot be brought back.</Text>
    </ConfirmDialog>
  )
}
